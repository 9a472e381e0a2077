import FutureModel
import GRDB
import TestSupport
import Testing

@testable import FutureJournal

/// The statements of a future's plain life must not scan, however many futures have ended.
@Suite(.timeLimit(.minutes(10)))
struct QueryPlanTests {
    @Test func hotStatementsUseTheirIndexes() async throws {
        let byID = ["SEARCH futures USING INTEGER PRIMARY KEY (rowid=?)"]
        let plans: [(sql: String, plan: [String])] = [
            (
                HotStatements.claimableSQL,
                [
                    "SEARCH f USING INDEX futures_claimable (pool=? AND queue=?)",
                    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
                ]
            ),
            (HotStatements.claimSQL, byID), (HotStatements.runningSQL, byID),
            (HotStatements.endRunningSQL, byID), (HotStatements.insertOutcomeSQL, []),
            (HotStatements.countSQL, ["SEARCH counts USING PRIMARY KEY (queue=? AND state=?)"]),
            (
                WriteContext.releaseDueSQL,
                ["SEARCH futures USING COVERING INDEX futures_due (due_ms>? AND due_ms<?)"]
            ),
            (
                WriteContext.nextDueSQL,
                ["SEARCH futures USING COVERING INDEX futures_due (due_ms>?)"]
            ),
            (
                WriteContext.unknownSQL,
                [
                    "SEARCH f USING INDEX futures_unknown (task=?)",
                    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
                ]
            ),
            (
                WriteContext.runningSQL,
                [
                    "SCAN f USING INDEX futures_running",
                    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
                ]
            ),
            (
                Connection.recordSQL + " WHERE f.id = ?",
                [
                    "SEARCH f USING INTEGER PRIMARY KEY (rowid=?)",
                    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
                    "SEARCH o USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
                ]
            ),
        ]
        for (sql, plan) in plans {
            #expect(try await Self.plan(of: sql) == plan, "\(sql)")
        }
    }

    /// A RETURNING, an IN of a CHECK or an INSERT … SELECT builds one at each run, and that costs
    /// several times as much as the statement itself.
    @Test(arguments: [
        HotStatements.insertFutureSQL, HotStatements.insertRequestSQL,
        HotStatements.claimableSQL, HotStatements.claimSQL, HotStatements.runningSQL,
        HotStatements.endRunningSQL, HotStatements.insertOutcomeSQL,
        HotStatements.insertOutputSQL, HotStatements.countSQL,
    ])
    func noHotStatementBuildsATemporaryTable(_ sql: String) async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let steps = try await journal.writer.write { context throws(QueueError) in
            try context.connection.statement("EXPLAIN " + sql).all { row in
                _ = row.integer()
                return row.text()
            }
        }
        await journal.close()
        #expect(steps.contains("Halt"))
        #expect(!steps.contains("OpenEphemeral") && !steps.contains("SorterOpen"))
    }

    @Test(arguments: ["state = 'failed'", "state = 'cancelled'", "state = 'running'"])
    func listingUsesTheIndexOfARareState(_ condition: String) async throws {
        let plan = try await Self.plan(
            of: "SELECT id FROM futures WHERE \(condition) ORDER BY id DESC LIMIT 10")
        #expect(plan.count == 1 && plan[0].contains("INDEX futures_"), "\(plan)")
    }

    @Test func listingFewPendingOnesSearchesTheirIndexes() async throws {
        for source in Connection.pendingSources {
            let plan = try await Self.plan(
                of: "SELECT id FROM \(source.table) WHERE \(source.condition)")
            #expect(plan.count == 1 && plan[0].contains("INDEX futures_"), "\(plan)")
        }
    }

    @Test(arguments: [ListFilter(), ListFilter(queue: "a", task: "t", before: 9)])
    func listingWhatSucceededGoesBackThroughWhatHasEnded(_ filter: ListFilter) async throws {
        let plan = try await Self.plan(
            of: Connection.newestSQL(filter, Connection.succeededSource))
        #expect(plan.count == 2 && plan[0].contains("outcomes"), "\(plan)")
        #expect(plan.last == "SEARCH futures USING INTEGER PRIMARY KEY (rowid=?)")
    }

    private static func plan(of sql: String) async throws -> [String] {
        let place = try TemporaryJournal()
        await (try place.open()).close()
        let database = try DatabaseQueue(path: place.location.path)
        let plan = try await database.read { db in
            let connection = Connection(db.sqliteConnection!)
            defer { connection.finalizeStatements() }
            return try connection.statement("EXPLAIN QUERY PLAN " + sql).all { row in
                _ = (row.integer(), row.integer(), row.integer())
                return row.text()
            }
        }
        try database.close()
        return plan
    }
}
