import Foundation
import FutureModel
import TestSupport
import Testing

@testable import FutureJournal

@Suite(.timeLimit(.minutes(10)))
struct FailingDiskTests {
    private static let large = "[\"\(String(repeating: "x", count: 1 << 20))\"]"

    @Test func aFullDiskRefusesAndTheJournalLivesOn() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let first = try await subject.submit()
            try await journal.limitPages(1)
            await subject.fails(.diskFull) { _ = try await subject.submit("add", Self.large) }
            #expect(try await journal.stats().total.pending == 1)
            try await journal.limitPages(1_000_000_000)
            let second = try await subject.submit("add", Self.large)
            #expect(try await subject.claim(limit: 9).map(\.id.future) == [first, second])
            try await subject.checkCounts()
        }
    }

    @Test(arguments: [QueueError.Code.ioError, .badJournal])
    func afterAFailedWriteNothingIsAcknowledged(_ code: QueueError.Code) async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        _ = try await subject.submit()
        await subject.fails(code) {
            try await journal.writer.write { context throws(QueueError) in
                _ = try context.submit(
                    Submission(task: "add", arguments: Payload(json: "[]")), routes: .none)
                throw QueueError(code, "the disk is gone")
            }
        }
        await subject.fails(code) { _ = try await subject.submit() }
        await subject.fails(code) { _ = try await subject.claim() }
        // The lock stays with the owner, whose workers may still run.
        await subject.fails(.owned) { _ = try await place.open() }
        await journal.close()
        let again = try await place.open()
        #expect(try await again.stats().total.pending == 1)
        await again.close()
    }

    @Test func theLogIsReusedNotGrown() async throws {
        try await withTemporaryJournal { journal, location in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            for _ in 0..<60 { _ = try await subject.submit("add", Self.large) }
            // The reply comes before the checkpoint; the next operation after it.
            try await subject.journal.note("x", of: 1, detail: nil)
            let log = JournalHeader.fileSize(location.path + "-wal")
            #expect(log > 0 && log < 16 << 20)
            #expect(JournalHeader.fileSize(location.path) > 40 << 20)
        }
    }
}

extension SQLiteJournal {
    /// SQLite says that the disk is full when the database would get more pages.
    fileprivate func limitPages(_ count: Int) async throws {
        try await writer.write { context throws(QueueError) in
            try context.connection.execute("PRAGMA max_page_count = \(count)")
        }
    }
}
