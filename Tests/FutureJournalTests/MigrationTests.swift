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
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let database = try DatabaseQueue(
            path: place.location.path, configuration: configuration)
        try database.inDatabase { db in
            let connection = Connection(db.sqliteConnection!)
            defer { connection.finalizeStatements() }
            try body(connection)
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
}
