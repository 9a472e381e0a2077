import Foundation
import FutureMigrations
import FutureModel
import GRDB
import TestSupport
import Testing

@testable import FutureJournal

@Suite(.timeLimit(.minutes(10)))
struct MigrationTests {
    private static let newest = Migration.all.count
    private static let next = Migration(
        version: newest + 1, name: "v0009_extra",
        sql: "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT")
    private static let broken = Migration(
        version: newest + 2, name: "v0009_broken", sql: "CREATE TABLE futures (id)")

    /// Runs `body` over a raw connection to a journal of this program's version.
    private func withJournal(_ body: (Connection) throws -> Void) async throws {
        let place = try TemporaryJournal()
        await (try place.open()).close()
        try withConnection(to: place) { connection, _ in try body(connection) }
    }

    private func withConnection(
        to place: TemporaryJournal, _ body: (Connection, Database) throws -> Void
    ) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let database = try DatabaseQueue(
            path: place.location.path, configuration: configuration)
        try database.inDatabase { db in
            let connection = Connection(db.sqliteConnection!)
            defer { connection.finalizeStatements() }
            try body(connection, db)
        }
        try database.close()
    }

    @Test func theStepsAreNumberedWithoutGaps() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
        #expect(Migration.all.allSatisfy { $0.name.hasPrefix("v000\($0.version)_") })
        #expect(Migration.all.map(\.sql.utf8.count).reduce(0, +) < 15_000)
    }

    /// A released step is never edited: its checksum stands in every journal made with it.
    @Test func aReleasedStepIsWhatItWas() {
        let empty = Migration(version: 1, name: "", sql: "")
        #expect(empty.checksum == "cbf29ce484222325")
        let one = Migration(version: 1, name: "", sql: "a")
        #expect(one.checksum == "af63dc4c8601ec8c")
    }

    @Test func anOlderJournalIsBroughtUpToDate() async throws {
        try await withJournal { connection in
            let moment = ManualTime().now()
            let runner = MigrationRunner(path: "j", migrations: Migration.all + [Self.next])
            #expect(try runner.check(connection) == Self.newest)
            try runner.migrate(connection, from: Self.newest, at: moment)
            #expect(try runner.check(connection) == Self.newest + 1)
            try connection.execute("INSERT INTO extra (id) VALUES (1)")
            #expect(throws: QueueError.self) { try MigrationRunner(path: "j").check(connection) }
        }
    }

    @Test func aStepThatFailsLeavesAllAsItWas() async throws {
        try await withJournal { connection in
            let moment = ManualTime().now()
            let runner = MigrationRunner(
                path: "j", migrations: Migration.all + [Self.next, Self.broken])
            #expect(throws: QueueError.self) {
                try runner.migrate(connection, from: Self.newest, at: moment)
            }
            #expect(try MigrationRunner(path: "j").check(connection) == Self.newest)
            let tables = try connection.statement(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"
            ).first { $0.int() }
            #expect(tables == 0)
        }
    }

    /// What a program of the first version left behind: readers say what to do, an owner goes on.
    @Test func aJournalOfTheFirstVersionIsGoneOnWith() async throws {
        let place = try TemporaryJournal()
        _ = FileManager.default.createFile(
            atPath: place.location.path, contents: nil, attributes: [.posixPermissions: 0o600])
        try withConnection(to: place) { connection, _ in
            try connection.execute("PRAGMA journal_mode = WAL")
            try MigrationRunner(path: "j", migrations: [Migration.all[0]])
                .migrate(connection, from: 0, at: ManualTime().now())
            try connection.execute(Self.firstVersionFutures)
        }
        let refusal = #expect(throws: QueueError.self) { try JournalReader.open(place.location) }
        #expect(refusal?.code == .noOwner)
        #expect(refusal?.message.contains("start a daemon with 'queued'") == true)
        let journal = try await place.open()
        let records = try await journal.records([1, 2])
        let failure = TaskFailure(type: "E", message: "m", attempt: 2)
        #expect(records[0].outcome == .failed(failure))
        #expect(records[1].state == .pending)
        let history = try await journal.history(1)
        #expect(history.compactMap(\.exception?.message) == ["first", "m"])
        let claimed = try await JournalUnderTest(journal: journal, time: ManualTime())
            .claim(limit: 9)
        #expect(claimed.map(\.id.future) == [2])
        await journal.close()
        let reader = try JournalReader.open(place.location)
        let verification = try await reader.verify()
        #expect(verification.violations.isEmpty)
        reader.close()
    }

    /// One that failed in its second attempt, and one that waits.
    private static let firstVersionFutures = """
        INSERT INTO queues (name) VALUES ('default');
        INSERT INTO futures (queue, task, pool, priority, submitted_at_ms)
            VALUES ('default', 'add', 'thread', 0, 1), ('default', 'add', 'thread', 0, 2);
        INSERT INTO requests
            SELECT id, '[]', NULL, 'retry', 3, 'finish', 2, 1000, 60000, NULL, 5000, NULL, 65536
            FROM futures;
        UPDATE futures SET state = 'running', token = 1, attempt = 2, started_at_ms = 5, errors = 1
            WHERE id = 1;
        INSERT INTO attempts (future_id, number, started_at_ms, ended_at_ms, ending, type, message,
            attempt) VALUES (1, 1, 3, 4, 'failed', 'E', 'first', 1);
        INSERT INTO outcomes (future_id, state, type, message, attempt)
            VALUES (1, 'failed', 'E', 'm', 2);
        UPDATE futures SET state = 'failed', token = NULL, finished_at_ms = 6 WHERE id = 1;
        INSERT INTO counts VALUES ('default', 'pending', 1), ('default', 'failed', 1);
        """

    /// What lies on disk in the middle of a migration is what a kill then leaves.
    @Test func aKillInTheMiddleLeavesTheOlderJournal() async throws {
        let filling = Migration(
            version: Self.newest + 1, name: "v0009_filling",
            sql: """
                CREATE TABLE extra (id INTEGER PRIMARY KEY, filling TEXT) STRICT;
                WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)
                INSERT INTO extra SELECT n, hex(zeroblob(1000)) FROM numbers;
                SELECT killed();
                """)
        let runner = MigrationRunner(path: "j", migrations: Migration.all + [filling])
        let moment = ManualTime().now()
        let place = try TemporaryJournal()
        let copy = try TemporaryJournal()
        let journal = try await place.open()
        _ = try await JournalUnderTest(journal: journal, time: ManualTime()).submit()
        await journal.close()
        try withConnection(to: place) { connection, db in
            // So that pages of the open transaction reach the disk.
            try connection.execute("PRAGMA cache_size = 1")
            db.add(
                function: DatabaseFunction("killed", argumentCount: 0) { _ in
                    for suffix in ["", "-wal"] {
                        try FileManager.default.copyItem(
                            atPath: place.location.path + suffix,
                            toPath: copy.location.path + suffix)
                    }
                    return nil
                })
            try runner.migrate(connection, from: Self.newest, at: moment)
        }
        #expect(JournalHeader.fileSize(copy.location.path + "-wal") > 500_000)
        let left = try await copy.open()
        #expect(try await left.stats().total.pending == 1)
        let reader = try JournalReader.open(copy.location)
        #expect(try await reader.verify().violations.isEmpty)
        reader.close()
        await left.close()
        try withConnection(to: copy) { connection, db in
            db.add(function: DatabaseFunction("killed", argumentCount: 0) { _ in nil })
            #expect(try MigrationRunner(path: "j").check(connection) == Self.newest)
            try runner.migrate(connection, from: Self.newest, at: moment)
            // What a check compares with is made without that function.
            let version = try connection.statement("PRAGMA user_version").first { $0.int() }
            #expect(version == Self.newest + 1)
        }
    }
}
