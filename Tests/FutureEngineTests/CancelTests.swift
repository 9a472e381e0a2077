import FutureEngine
import FutureModel
import FuturePools
import TestSupport
import Testing

/// Cancellation against every state, and its answers.
@Suite(.timeLimit(.minutes(10)))
struct CancelTests {
    @Test func pendingNeverRuns() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            let answers = try await fixture.engine.cancel([ids[1]], CancelRequest())
            #expect(answers == [CancelAnswer(id: ids[1], kind: .neverRan, state: .cancelled)])
            fixture.pool.end(ids[0])
            _ = try await fixture.end(of: ids[0])
            #expect(try await fixture.engine.records([ids[1]])[0].attempt == 0)
        }
    }

    @Test func runningIsLeftAloneIfAskedTo() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            let answers = try await fixture.engine.cancel(
                [id], CancelRequest(pendingOnly: true))
            #expect(answers == [CancelAnswer(id: id, kind: .running, state: .running)])
            #expect(fixture.pool.stops == [])
        }
    }

    @Test func runningIsTerminated() async throws {
        try await withEngine(.command) { fixture in
            let id = try await fixture.engine.submit([Submission(Command(["x"]))])[0]
            _ = await fixture.pool.nextStart()
            async let answers = fixture.engine.cancel([id], CancelRequest())
            #expect(await fixture.pool.nextStop() == .ask)
            fixture.pool.end(id, .exited(.signal(15), signalled: true))
            let expected = CancelAnswer(id: id, kind: .terminated, state: .cancelled)
            #expect(try await answers == [expected])
            #expect(try await fixture.engine.records([id])[0].cancelRequested)
        }
    }

    @Test func aKillBeforeThePoolHasTheAttemptIsNotLost() async throws {
        try await withEngine(.command) { fixture in
            let (engine, time) = (fixture.engine, fixture.time)
            fixture.pool.beforeNextStart {
                engine.stopAll(.command, reason: "r", grace: .zero)
                time.advance(by: .milliseconds(1))
            }
            let id = try await engine.submit([Submission(Command(["x"]))])[0]
            #expect(await fixture.pool.nextStop() == .ask)
            #expect(await fixture.pool.nextStop() == .kill)
            fixture.pool.end(id, .exited(.signal(9), signalled: true))
            #expect(try await fixture.end(of: id)?.state == .cancelled)
        }
    }

    @Test func whatWasFasterIsReportedAsItEnded() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            async let answers = fixture.engine.cancel([id], CancelRequest())
            #expect(await fixture.pool.nextStop() == .ask)
            fixture.pool.end(id, .returned(Payload(json: "1")))
            #expect(
                try await answers == [CancelAnswer(id: id, kind: .tooLate, state: .succeeded)])
        }
    }

    @Test func aThreadThatDoesNotHeedIsReportedAsAsked() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            async let answers = fixture.engine.cancel([id], CancelRequest(grace: .seconds(1)))
            #expect(await fixture.pool.nextStop() == .ask)
            fixture.time.advance(by: .seconds(10))
            #expect(try await answers == [CancelAnswer(id: id, kind: .asked, state: .running)])
        }
    }

    @Test func endedIsTooLate() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            fixture.pool.end(id)
            _ = try await fixture.end(of: id)
            let answers = try await fixture.engine.cancel([id], CancelRequest())
            #expect(answers == [CancelAnswer(id: id, kind: .tooLate, state: .succeeded)])
        }
    }

    @Test func betweenAttemptsItIsPending() async throws {
        try await withEngine { fixture in
            let options = SubmitOptions(
                retry: RetryPolicy(maxAttempts: 5, backoff: .seconds(60)))
            let id = try await fixture.submit(options: options)[0]
            _ = await fixture.pool.nextStart()
            fixture.pool.end(id, .threw(TaskFailure(type: "E", message: "m")))
            let answers = try await fixture.engine.cancel([id], CancelRequest())
            #expect(answers[0].state == .cancelled)
            #expect(try await fixture.end(of: id)?.state == .cancelled)
        }
    }

    @Test func anUnknownIDFailsTheCallAndChangesNothing() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            await #expect(throws: QueueError.self) {
                try await fixture.engine.cancel([ids[1], 99], CancelRequest())
            }
            #expect(try await fixture.state(ids[1]) == .pending)
        }
    }
}
