import Dispatch
import FutureEngine
@testable import FutureJournal
import FutureModel
import FuturePools
import TestSupport
import Testing

/// What a shutdown does to what runs and what waits, by every policy.
@Suite(.timeLimit(.minutes(10)))
struct ShutdownTests {
    /// One running future of each policy, then one that waits; the states after a shutdown in
    /// which nothing that is told to stop goes on.
    private func states(
        after request: ShutdownRequest, startMore: Bool = false
    ) async throws -> [FutureState] {
        let place = try TemporaryJournal()
        var ids: [FutureID] = []
        try await withEngine(.command, capacity: 3, place: place) { fixture in
            for policy in OnShutdown.allCases {
                ids += try await fixture.engine.submit([
                    Submission(Command(["x"]), options: SubmitOptions(onShutdown: policy))
                ])
                _ = await fixture.pool.nextStart()
            }
            ids += try await fixture.engine.submit([Submission(Command(["x"]))])
            try await fixture.engine.shutdown(request)
            for (id, policy) in zip(ids, OnShutdown.allCases) {
                let fate = request.running ?? policy
                let ending: AttemptEnding =
                    fate == .finish
                    ? .exited(.code(0), signalled: false) : .exited(.signal(15), signalled: true)
                fixture.pool.end(id, ending)
            }
            if startMore {
                let waiting = await fixture.pool.nextStart().id.future
                #expect(waiting == ids[3])
                fixture.pool.end(waiting, .exited(.code(0), signalled: false))
            }
            #expect(await fixture.engine.waitUntilStopped() == nil)
            #expect(fixture.pool.isShutDown)
        }
        let journal = try await place.open()
        let states = try await journal.snapshots(ids).map(\.state)
        await journal.close()
        return states
    }

    // The order of OnShutdown.allCases: finish, requeue, cancel; then the waiting one.
    @Test func keepsWhatWaits() async throws {
        #expect(
            try await states(after: ShutdownRequest())
                == [.succeeded, .pending, .cancelled, .pending])
    }

    @Test func cancelsWhatWaits() async throws {
        #expect(
            try await states(after: ShutdownRequest(pending: .cancel))
                == [.succeeded, .pending, .cancelled, .cancelled])
    }

    @Test func runsWhatWaits() async throws {
        #expect(
            try await states(
                after: ShutdownRequest(pending: .run, running: .finish), startMore: true)
                == [.succeeded, .succeeded, .succeeded, .succeeded])
    }

    @Test(arguments: OnShutdown.allCases)
    func anOverrideHoldsForAll(_ policy: OnShutdown) async throws {
        let end: FutureState =
            switch policy {
            case .finish: .succeeded
            case .requeue: .pending
            case .cancel: .cancelled
            }
        #expect(
            try await states(after: ShutdownRequest(running: policy))
                == [end, end, end, .pending])
    }

    @Test func afterTheGraceTimeWhatRunsIsInterruptedUncharged() async throws {
        try await withEngine(.command) { fixture in
            let id = try await fixture.engine.submit([Submission(Command(["x"]))])[0]
            _ = await fixture.pool.nextStart()
            try await fixture.engine.shutdown(ShutdownRequest(grace: .seconds(5)))
            #expect(fixture.pool.stops == [])
            fixture.time.advance(by: .seconds(5))
            #expect(fixture.pool.stops == [.ask])
            fixture.time.advance(by: .seconds(5))
            #expect(fixture.pool.stops == [.ask, .kill])
            fixture.pool.end(id, .exited(.signal(9), signalled: true))
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
    }

    @Test func anInterruptNowKillsAtOnce() async throws {
        try await withEngine(.command) { fixture in
            let id = try await fixture.engine.submit([Submission(Command(["x"]))])[0]
            _ = await fixture.pool.nextStart()
            fixture.engine.interrupt(now: true)
            #expect(fixture.pool.stops.contains(.kill))
            fixture.pool.end(id, .exited(.signal(9), signalled: true))
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
    }

    @Test func aThreadThatDoesNotHeedIsLeftBehindAndItsFutureRequeued() async throws {
        let place = try TemporaryJournal()
        var ids: [FutureID] = []
        try await withEngine(place: place) { fixture in
            ids = try await fixture.submit()
            _ = await fixture.pool.nextStart()
            fixture.engine.interrupt(now: true)
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
        let journal = try await place.open()
        let record = try await journal.records(ids)[0]
        #expect(record.state == .pending)
        #expect(record.charges == Charges(interruptions: 1))
        await journal.close()
    }

    @Test func nothingIsAcceptedAnyMore() async throws {
        try await withEngine { fixture in
            try await fixture.engine.shutdown(ShutdownRequest())
            #expect(await fixture.engine.waitUntilStopped() == nil)
            await #expect(throws: Engine.shutDownError) { try await fixture.submit() }
            try await fixture.engine.shutdown(ShutdownRequest())
        }
    }

    @Test func aSubmitUnderWayAsItClosesIsLeftToTheNextOwner() async throws {
        let place = try TemporaryJournal()
        var ids: [FutureID] = []
        try await withEngine(place: place) { fixture in
            let held = DispatchSemaphore(value: 0)
            await withCheckedContinuation { holding in
                fixture.journal.writer.write(
                    { _ in
                        holding.resume()
                        held.wait()
                    }, reply: { _ in })
            }
            let submit = Task { try await fixture.submit() }
            while fixture.journal.writer.backlog < 1 { await Task.yield() }
            try await fixture.engine.shutdown(ShutdownRequest(pending: .run))
            held.signal()
            ids = try await submit.value
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
        let journal = try await place.open()
        let states = try await journal.snapshots(ids).map(\.state)
        #expect(states == [.pending])
        await journal.close()
    }

    @Test func aWaitEndsWithTheEngine() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            let ends = try await fixture.engine.completions(of: [ids[1]])
            try await fixture.engine.shutdown(ShutdownRequest())
            fixture.pool.end(ids[0])
            await #expect(throws: QueueError.self) {
                for try await _ in ends { Issue.record("it stays pending") }
            }
        }
    }

    @Test func thePlanCountsWhatItDoesNotList() async throws {
        try await withEngine(capacity: 1) { fixture in
            _ = try await fixture.submit(Limits.batchCount)
            let ids = try await fixture.submit(3)
            _ = await fixture.pool.nextStart()
            let plan = try await fixture.engine.planShutdown(ShutdownRequest())
            #expect(plan.entries.count == 1 + Limits.listCount && plan.unlisted == 2)
            #expect(plan.entries.last?.id == ids.last)
        }
    }

    /// While one future runs and one waits, a shutdown that lets both run is under way.
    private func states(
        joining second: ShutdownRequest, end: AttemptEnding
    ) async throws -> [FutureState] {
        let place = try TemporaryJournal()
        var ids: [FutureID] = []
        try await withEngine(.command, place: place) { fixture in
            ids = try await fixture.engine.submit([
                Submission(Command(["x"])), Submission(Command(["x"])),
            ])
            _ = await fixture.pool.nextStart()
            try await fixture.engine.shutdown(ShutdownRequest(pending: .run, running: .finish))
            try await fixture.engine.shutdown(second)
            fixture.pool.end(ids[0], end)
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
        let journal = try await place.open()
        let states = try await journal.snapshots(ids).map(\.state)
        await journal.close()
        return states
    }

    @Test func aSecondRequestCanBeStricter() async throws {
        let finished = AttemptEnding.exited(.code(0), signalled: false)
        let stopped = AttemptEnding.exited(.signal(15), signalled: true)
        #expect(
            try await states(joining: ShutdownRequest(), end: finished) == [.succeeded, .pending])
        #expect(
            try await states(
                joining: ShutdownRequest(pending: .cancel, running: .finish), end: finished)
                == [.succeeded, .cancelled])
        #expect(
            try await states(
                joining: ShutdownRequest(pending: .cancel, running: .cancel), end: stopped)
                == [.cancelled, .cancelled])
        #expect(
            try await states(joining: ShutdownRequest(running: .requeue), end: stopped)
                == [.pending, .pending])
    }

    @Test func aSecondRequestCannotBeLaxer() async throws {
        let kept = ShutdownRequest(pending: .keep)
        let cancelled = ShutdownRequest(pending: .cancel)
        let drained = ShutdownRequest(pending: .run)
        #expect(drained.joining(kept).pending == .keep)
        #expect(drained.joining(cancelled).pending == .cancel)
        #expect(kept.joining(cancelled).pending == .cancel)
        #expect(kept.joining(drained).pending == .keep)
        #expect(cancelled.joining(drained).pending == .cancel)
    }

    @Test func aSecondRequestBringsItsGraceTime() async throws {
        try await withEngine(.command) { fixture in
            let id = try await fixture.engine.submit([Submission(Command(["x"]))])[0]
            _ = await fixture.pool.nextStart()
            try await fixture.engine.shutdown(ShutdownRequest())
            try await fixture.engine.shutdown(ShutdownRequest(grace: .seconds(5)))
            fixture.time.advance(by: .seconds(5))
            #expect(fixture.pool.stops == [.ask])
            fixture.pool.end(id, .exited(.signal(15), signalled: true))
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
    }

    @Test func thePlanSaysWhatTheShutdownDoes() async throws {
        try await withEngine(capacity: 1) { fixture in
            let ids = try await fixture.submit(2, options: SubmitOptions(onShutdown: .requeue))
            _ = await fixture.pool.nextStart()
            let plan = try await fixture.engine.planShutdown(ShutdownRequest(pending: .cancel))
            #expect(
                plan.entries == [
                    .init(id: ids[0], state: .running, fate: .requeue),
                    .init(id: ids[1], state: .pending, fate: .cancel),
                ])
            #expect(try await fixture.state(ids[1]) == .pending, "a plan changes nothing")
        }
    }
}
