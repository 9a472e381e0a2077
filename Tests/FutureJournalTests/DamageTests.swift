import Foundation
import FutureJournal
import FutureModel
import GRDB
import TestSupport
import Testing

/// What is not a journal of this version is refused, and left as it is.
@Suite(.timeLimit(.minutes(10)))
struct DamageTests {
    /// A journal that was closed after `count` submits.
    private func closedJournal(_ count: Int = 1) async throws -> TemporaryJournal {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        for _ in 0..<count { _ = try await subject.submit() }
        await journal.close()
        return place
    }

    /// Both ways in refuse the file, which has the same bytes afterwards.
    private func isRefused(
        _ place: TemporaryJournal, _ code: QueueError.Code,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let path = place.location.path
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let subject = JournalUnderTest.self
        for _ in 0..<2 {
            await subject.fails(code, sourceLocation: sourceLocation) {
                await (try place.open()).close()
            }
            await subject.fails(code, sourceLocation: sourceLocation) {
                try JournalReader.open(place.location).close()
            }
        }
        let after = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(before == after, sourceLocation: sourceLocation)
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
    }

    private func change(_ place: TemporaryJournal, _ sql: String) async throws {
        let database = try DatabaseQueue(path: place.location.path)
        try await database.writeWithoutTransaction { db in
            try db.execute(sql: sql)
            _ = try db.checkpoint(.truncate)
        }
        try database.close()
    }

    private func write(_ bytes: Data, _ place: TemporaryJournal) throws {
        try bytes.write(to: URL(fileURLWithPath: place.location.path))
    }

    @Test func aPicture() async throws {
        let place = try TemporaryJournal()
        try write(Data([0xff, 0xd8, 0xff, 0xe0] + Array(repeating: 7, count: 5000)), place)
        try await isRefused(place, .badJournal)
    }

    @Test func aFewBytes() async throws {
        let place = try TemporaryJournal()
        try write(Data("SQLite format 3\0".utf8), place)
        try await isRefused(place, .badJournal)
    }

    @Test func aDatabaseOfAnotherProgram() async throws {
        let place = try TemporaryJournal()
        let database = try DatabaseQueue(path: place.location.path)
        try await database.write { try $0.execute(sql: "CREATE TABLE futures (id)") }
        try database.close()
        try await isRefused(place, .badJournal)
    }

    @Test(arguments: [10, 50, 100, 4096, 8192, 9000])
    func aTruncatedJournal(_ size: Int) async throws {
        let place = try await closedJournal()
        try write(
            Data(contentsOf: URL(fileURLWithPath: place.location.path)).prefix(size), place)
        try await isRefused(place, .badJournal)
    }

    @Test func aNewerJournal() async throws {
        let place = try await closedJournal()
        try await change(place, "PRAGMA user_version = 3")
        try await isRefused(place, .journalVersion)
    }

    @Test func aMigrationWithAnotherChecksum() async throws {
        let place = try await closedJournal()
        try await change(place, "UPDATE migrations SET checksum = 'x'")
        try await isRefused(place, .journalVersion)
    }

    /// What the migrations did not make is not run.
    @Test(arguments: [
        "CREATE TRIGGER planted AFTER INSERT ON futures BEGIN DELETE FROM events; END",
        "CREATE VIEW planted AS SELECT load_extension('/tmp/x')",
        "CREATE TABLE planted (id)", "CREATE INDEX planted ON futures (task)",
        "DROP TRIGGER futures_end_once", "DROP INDEX futures_claimable",
        "ALTER TABLE futures ADD COLUMN planted INTEGER",
        "DROP TRIGGER futures_stay; CREATE TRIGGER futures_stay BEFORE DELETE ON futures BEGIN "
            + "SELECT 1; END",
        "ALTER TABLE migrations RENAME TO real; CREATE VIEW migrations AS SELECT * FROM real",
    ])
    func aSchemaThatSomebodyElseHasMade(_ sql: String) async throws {
        let place = try await closedJournal()
        try await change(place, sql)
        try await isRefused(place, .badJournal)
    }

    @Test func aJournalWithoutItsSchema() async throws {
        let place = try await closedJournal()
        try await change(place, "DROP TABLE migrations")
        try await isRefused(place, .badJournal)
    }

    /// The files of a journal with eight submits in its log, as a kill leaves them.
    private func killedJournal() async throws -> TemporaryJournal {
        let copy = try TemporaryJournal()
        try await withTemporaryJournal { journal, location in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            for _ in 0..<8 { _ = try await subject.submit() }
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: location.path + suffix, toPath: copy.location.path + suffix)
            }
        }
        return copy
    }

    /// One bit of the log, wherever it is: all is there, or it is refused and kept, or it is at the
    /// very end, where nobody can tell it from a crash.
    @Test func aFlippedBitInTheLogIsNotTakenForItsEnd() async throws {
        let whole = try await killedJournal()
        let log = try Data(contentsOf: URL(fileURLWithPath: whole.location.path + "-wal"))
        var refused = 0
        let places = stride(from: 32, to: log.count, by: 2111)
        for place in places {
            let damaged = try TemporaryJournal(isInMemory: true)
            try FileManager.default.copyItem(
                atPath: whole.location.path, toPath: damaged.location.path)
            var bytes = log
            bytes[place] ^= 4
            let path = damaged.location.path + "-wal"
            try bytes.write(to: URL(fileURLWithPath: path))
            do {
                let journal = try await damaged.open()
                let count = try await journal.stats().total.pending
                #expect(count >= 6, "byte \(place)")
                await journal.close()
            } catch {
                refused += 1
                #expect(error.code == .badJournal, "byte \(place): \(error)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
            }
        }
        #expect(refused > 10)
    }

    /// What a loss of power leaves of a log is its beginning, and is no damage.
    @Test func aLogThatIsCutShortIsRead() async throws {
        let whole = try await killedJournal()
        let log = try Data(contentsOf: URL(fileURLWithPath: whole.location.path + "-wal"))
        var last = 0
        for size in stride(from: 0, to: log.count, by: 4111) {
            let cut = try TemporaryJournal(isInMemory: true)
            try FileManager.default.copyItem(
                atPath: whole.location.path, toPath: cut.location.path)
            try log.prefix(size).write(to: URL(fileURLWithPath: cut.location.path + "-wal"))
            let journal = try await cut.open()
            let count = try await journal.stats().total.pending
            #expect(count >= last)
            last = count
            await journal.close()
        }
        #expect(last >= 7)
    }

    /// It holds nothing that the log does not, and is made anew.
    @Test func aSharedIndexOfGarbageIsMadeAnew() async throws {
        let place = try await killedJournal()
        try Data(repeating: 0xA5, count: 32_768).write(
            to: URL(fileURLWithPath: place.location.path + "-shm"))
        let journal = try await place.open()
        #expect(try await journal.stats().total.pending == 8)
        await journal.close()
    }

    @Test func aLogWithoutItsJournal() async throws {
        let place = try TemporaryJournal()
        try Data([1]).write(to: URL(fileURLWithPath: place.location.path + "-wal"))
        await JournalUnderTest.fails(.badJournal) { await (try place.open()).close() }
        #expect(!FileManager.default.fileExists(atPath: place.location.path))
    }

    @Test func anEmptyFileBecomesAJournal() async throws {
        let place = try TemporaryJournal()
        try write(Data(), place)
        let journal = try await place.open()
        #expect(try await journal.stats() == QueueStats())
        await journal.close()
    }

    /// What lies on disk while the owner runs is what a kill leaves behind.
    @Test func whatWasAcknowledgedIsInTheFilesAtOnce() async throws {
        let copy = try TemporaryJournal()
        try await withTemporaryJournal { journal, location in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            for _ in 0..<5 { _ = try await subject.submit() }
            let claimed = try await subject.claim(limit: 2)
            try await subject.settle(claimed[0].id)
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: location.path + suffix, toPath: copy.location.path + suffix)
            }
        }
        let journal = try await copy.open()
        let states = try await journal.list(ListFilter()).futures.map(\.state)
        #expect(states == [.pending, .pending, .pending, .running, .succeeded])
        #expect(try await journal.abandonedAttempts().map(\.id.future) == [2])
        await journal.close()
    }

    @Test func theJournalKeepsItsIdentity() async throws {
        let place = try TemporaryJournal()
        let first = try await place.open()
        let identity = first.identity
        await first.close()
        let second = try await place.open()
        #expect(identity.utf8.count == 32 && second.identity == identity)
        await second.close()
        try await withTemporaryJournal { other, _ in #expect(other.identity != identity) }
    }
}
