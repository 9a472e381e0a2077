import Foundation
import FutureMigrations
import FutureModel
import GRDB
import TestSupport
import Testing

@testable import FutureJournal

@Suite(.timeLimit(.minutes(10)))
struct MigrationTests {
    private static let second = Migration(
        version: 2, name: "v0002_extra", sql: "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT")
    private static let broken = Migration(
        version: 3, name: "v0003_broken", sql: "CREATE TABLE futures (id)")

    /// Runs `body` over a raw connection to a journal of version 1.
    private func withVersion1(_ body: (Connection) throws -> Void) async throws {
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
        try await withVersion1 { connection in
            let moment = ManualTime().now()
            let runner = MigrationRunner(path: "j", migrations: Migration.all + [Self.second])
            #expect(try runner.check(connection) == 1)
            try runner.migrate(connection, from: 1, at: moment)
            #expect(try runner.check(connection) == 2)
            try connection.execute("INSERT INTO extra (id) VALUES (1)")
            #expect(throws: QueueError.self) { try MigrationRunner(path: "j").check(connection) }
        }
    }

    @Test func aStepThatFailsLeavesAllAsItWas() async throws {
        try await withVersion1 { connection in
            let moment = ManualTime().now()
            let runner = MigrationRunner(
                path: "j", migrations: Migration.all + [Self.second, Self.broken])
            #expect(throws: QueueError.self) {
                try runner.migrate(connection, from: 1, at: moment)
            }
            #expect(try MigrationRunner(path: "j").check(connection) == 1)
            let tables = try connection.statement(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"
            ).first { $0.int() }
            #expect(tables == 0)
        }
    }

    /// What lies on disk in the middle of a migration is what a kill then leaves.
    @Test func aKillInTheMiddleLeavesTheOlderJournal() async throws {
        let filling = Migration(
            version: 2, name: "v0002_filling",
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
            try runner.migrate(connection, from: 1, at: moment)
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
            #expect(try runner.check(connection) == 1)
            try runner.migrate(connection, from: 1, at: moment)
            #expect(try runner.check(connection) == 2)
        }
    }
}
