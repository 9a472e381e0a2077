import FutureEngine
import FutureJournal
import FutureModel
import FuturePools
import TestSupport

/// An engine over a real journal and pools that the test moves by hand.
struct Fixture {
    let engine: Engine
    let pool: HandPool
    let time: ManualTime
    let journal: SQLiteJournal

    /// Submits calls of `work`, which every fixture knows.
    func submit(
        _ count: Int = 1, options: SubmitOptions = SubmitOptions()
    ) async throws -> [FutureID] {
        let submission = Submission(
            task: "work", arguments: Payload(json: "[]"), options: options)
        return try await engine.submit(Array(repeating: submission, count: count))
    }

    func state(_ id: FutureID) async throws -> FutureState {
        try await engine.snapshots([id])[0].state
    }

    /// The snapshot of the ended future.
    func end(of id: FutureID) async throws -> FutureSnapshot? {
        for try await snapshot in try await engine.completions(of: [id]) { return snapshot }
        return nil
    }

    func events(_ id: FutureID) async throws -> [String] {
        try await engine.history(id).map(\.event)
    }
}

/// Runs `body` with a started engine; afterwards what runs is interrupted and all is closed.
func withEngine(
    _ kind: PoolKind = .thread, capacity: Int = 1, place: TemporaryJournal? = nil,
    report: @escaping @Sendable (QueueError) -> Void = { _ in },
    body: (Fixture) async throws -> Void
) async throws {
    let place = try place ?? TemporaryJournal()
    let time = ManualTime()
    let journal = try await place.open(time: time)
    let pool = HandPool(kind, capacity: capacity)
    let engine = Engine(
        journal: journal, pools: [pool],
        routes: TaskRoutes(pools: [kind], tasks: ["work": kind]), time: time,
        location: place.location,
        owner: OwnerIdentity(process: .current, program: "test", version: "0"), jitter: { 0 },
        report: report)
    try await engine.start()
    let fixture = Fixture(engine: engine, pool: pool, time: time, journal: journal)
    do {
        try await body(fixture)
    } catch {
        await close(fixture)
        throw error
    }
    await close(fixture)
}

private func close(_ fixture: Fixture) async {
    fixture.engine.interrupt(now: true)
    for id in fixture.pool.runningIDs { fixture.pool.end(id, .gaveUp) }
    _ = await fixture.engine.waitUntilStopped()
}
