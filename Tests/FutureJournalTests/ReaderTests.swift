import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ReaderTests {
    @Test func readsWithAndWithoutAnOwner() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        let id = try await subject.submit()
        let reader = try JournalReader.open(place.location)
        #expect(try await reader.records([id]) == journal.records([id]))
        try await subject.settle(subject.claimOne().id)
        #expect(try await reader.snapshots([id]).map(\.state) == [.succeeded])
        #expect(try await reader.stats().total.succeeded == 1)
        await journal.close()
        #expect(try await reader.list(ListFilter()).futures.map(\.id) == [id])
        reader.close()
        reader.close()
        await JournalUnderTest.fails(.shutDown) { _ = try await reader.stats() }

        let alone = try JournalReader.open(place.location)
        #expect(try await alone.history(id).map(\.event) == ["submitted", "started", "succeeded"])
        #expect(try await alone.output(id) == CapturedOutput())
        alone.close()
    }

    @Test func anOwnerThatComesLaterIsSeen() async throws {
        let place = try TemporaryJournal()
        await (try place.open()).close()
        let reader = try JournalReader.open(place.location)
        #expect(try await reader.stats().total.pending == 0)
        let journal = try await place.open()
        _ = try await JournalUnderTest(journal: journal, time: ManualTime()).submit()
        #expect(try await reader.stats().total.pending == 1)
        reader.close()
        await journal.close()
    }

    /// Also where the log and its index are gone, as after a copy of the one file.
    @Test func readsACopyOfTheFileAlone() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        _ = try await JournalUnderTest(journal: journal, time: ManualTime()).submit()
        await journal.close()
        let copy = try TemporaryJournal()
        try FileManager.default.copyItem(
            atPath: place.location.path, toPath: copy.location.path)
        let reader = try JournalReader.open(copy.location)
        #expect(try await reader.stats().total.pending == 1)
        reader.close()
    }

    @Test func thereIsNoJournal() throws {
        let place = try TemporaryJournal()
        let error = #expect(throws: QueueError.self) {
            _ = try JournalReader.open(place.location)
        }
        #expect(error?.code == .noAccess)
        #expect(error?.message == "There is no journal at \(place.location.path).")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory) == [])
    }
}
