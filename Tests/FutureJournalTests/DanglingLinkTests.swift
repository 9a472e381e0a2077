import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// A journal's place that is a link to where no file is yet.
@Suite(.timeLimit(.minutes(10))) struct DanglingLinkTests {
    private let place: TemporaryJournal

    init() throws {
        place = try TemporaryJournal()
        try FileManager.default.createDirectory(
            atPath: place.directory + "/far", withIntermediateDirectories: false)
    }

    private func link(_ name: String, to target: String) throws -> JournalLocation {
        let path = place.directory + "/" + name
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        return try JournalLocation(path)
    }

    private func acquire(_ location: JournalLocation) async throws {
        let identity = OwnerIdentity(process: .current, program: "test", version: "0")
        let lock = try await OwnerLock.acquire(location, as: identity, patience: .zero)
        let journal = try await SQLiteJournal.open(location, lock: lock, time: ManualTime())
        await journal.close()
    }

    private func isLink(_ name: String) -> Bool {
        let path = place.directory + "/" + name
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    @Test(arguments: ["far/real.db", "./far/../far/real.db", "/absolute"])
    func itsTargetIsMade(target: String) async throws {
        let real = place.directory + "/far/real.db"
        let first = try link("first.db", to: target == "/absolute" ? real : target)
        let second = try link("second.db", to: "first.db")
        #expect(first.path == real)
        #expect(second.path == real)
        try await acquire(second)
        #expect(isLink("first.db") && isLink("second.db"))
        #expect(FileManager.default.fileExists(atPath: real))
        #expect(try JournalLocation(place.directory + "/first.db") == first)
    }

    @Test func aMissingDirectoryIsSaidToBeMissing() async throws {
        let location = try link("link.db", to: "nowhere/real.db")
        let error = await #expect(throws: QueueError.self) { try await acquire(location) }
        #expect(error?.code == .noAccess)
        let directory = place.directory + "/nowhere"
        #expect(error?.message.contains("\(directory) does not exist") == true)
        #expect(isLink("link.db") && !FileManager.default.fileExists(atPath: directory))
    }

    @Test func aCircleIsRefused() async throws {
        _ = try link("one.db", to: "two.db")
        let location = try link("two.db", to: "one.db")
        await JournalUnderTest.fails(.noAccess) { try await acquire(location) }
        #expect(isLink("one.db") && isLink("two.db"))
    }
}
