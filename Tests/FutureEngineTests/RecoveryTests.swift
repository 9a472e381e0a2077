import FutureEngine
import FutureJournal
import FutureModel
import GRDB
import TestSupport
import Testing

/// What an owner makes of the attempts that a dead one left running.
@Suite(.timeLimit(.minutes(10)))
struct RecoveryTests {
    /// Claims as an owner that then dies: the journal closes with the attempt still running.
    private func abandon(
        _ place: TemporaryJournal, _ kind: PoolKind, _ options: SubmitOptions,
        isCancelled: Bool = false
    ) async throws -> FutureID {
        let routes = TaskRoutes(pools: [kind], tasks: ["work": kind])
        let journal = try await place.open()
        let submission =
            kind == .command
            ? try Submission(Command(["x"]), options: options)
            : Submission(task: "work", arguments: Payload(json: "[]"), options: options)
        let id = try await journal.submit([submission], routes: routes)[0]
        let claimed = await withCheckedContinuation { continuation in
            journal.claim(kind, limit: { 1 }, routes: routes) {
                continuation.resume(returning: $0)
            }
        }
        #expect(try claimed.get().map(\.id.future) == [id])
        if isCancelled { try await journal.note("cancel_requested", of: id, detail: nil) }
        await journal.close()
        return id
    }

    @Test func aRetriedOneRunsAgainAtOnce() async throws {
        let place = try TemporaryJournal()
        let id = try await abandon(place, .command, SubmitOptions())
        try await withEngine(.command, place: place) { fixture in
            #expect(await fixture.pool.nextStart().id.future == id)
            let record = try await fixture.engine.records([id])[0]
            #expect(record.attempt == 2)
            #expect(record.charges == Charges(), "a command cannot have killed its owner")
        }
    }

    /// What keeps one future from being read is its own affair.
    @Test func aDamagedCommandKeepsNothingElseFromRunning() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let routes = TaskRoutes(pools: [.command], tasks: [:])
        let command = try Submission(Command(["true"]))
        let ids = try await journal.submit([command, command, command], routes: routes)
        await journal.close()
        let database = try DatabaseQueue(path: place.location.path)
        try await database.write { db in
            let guards = try Row.fetchAll(
                db,
                sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' "
                    + "AND tbl_name = 'requests'")
            for row in guards { try db.execute(sql: "DROP TRIGGER \(row["name"] as String)") }
            let damage = "UPDATE requests SET arguments = CAST(x'7b22ff' AS TEXT) WHERE future_id"
            try db.execute(sql: "\(damage) IN (\(ids[0].rawValue), \(ids[2].rawValue))")
            for row in guards { try db.execute(sql: row["sql"] as String) }
        }
        try database.close()
        try await withEngine(.command, capacity: 3, place: place) { fixture in
            for _ in ids { _ = await fixture.pool.nextStart() }
            fixture.pool.end(ids[1], .exited(.code(0), signalled: false))
            let end = try await fixture.end(of: ids[1])
            #expect(end?.state == .succeeded)
        }
    }

    @Test func aThreadsCrashIsCharged() async throws {
        let place = try TemporaryJournal()
        let id = try await abandon(place, .thread, SubmitOptions(maxCrashes: 1))
        try await withEngine(place: place) { fixture in
            _ = await fixture.pool.nextStart()
            let record = try await fixture.engine.records([id])[0]
            #expect(record.charges == Charges(crashes: 1))
        }
        try await withEngine(place: place) { fixture in
            // Interrupted by the end of the first engine, it runs again; an interruption is free.
            _ = await fixture.pool.nextStart()
            let record = try await fixture.engine.records([id])[0]
            #expect(record.charges == Charges(crashes: 1, interruptions: 1))
        }
    }

    /// Whoever asked was told that it is being stopped: it does not run again.
    @Test func oneThatWasToldToStopIsCancelled() async throws {
        let place = try TemporaryJournal()
        let id = try await abandon(place, .command, SubmitOptions(), isCancelled: true)
        try await withEngine(.command, place: place) { fixture in
            guard case .cancelled(let reason)? = try await fixture.end(of: id)?.outcome else {
                Issue.record("it was not cancelled")
                return
            }
            #expect(reason.contains("its owner died"), "\(reason)")
        }
    }

    @Test func aSpentCrashBudgetFails() async throws {
        let place = try TemporaryJournal()
        let id = try await abandon(place, .thread, SubmitOptions(maxCrashes: 0))
        try await withEngine(place: place) { fixture in
            guard case .failed(let failure)? = try await fixture.end(of: id)?.outcome else {
                Issue.record("there is no budget for a crash")
                return
            }
            #expect(failure.type == TaskFailure.workerDied)
        }
    }

    @Test func failAndCancelRunAtMostOnce() async throws {
        let place = try TemporaryJournal()
        let failing = try await abandon(place, .command, SubmitOptions(onCrash: .fail))
        let cancelled = try await abandon(place, .command, SubmitOptions(onCrash: .cancel))
        try await withEngine(.command, place: place) { fixture in
            let records = try await fixture.engine.records([failing, cancelled])
            #expect(records.map(\.state) == [.failed, .cancelled])
            #expect(records.map(\.attempt) == [1, 1])
            #expect(fixture.pool.runningIDs == [])
        }
    }
}
