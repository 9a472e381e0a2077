import FutureEngine
import FutureModel
import FuturePools
import TestSupport
import Testing

/// The way of a future through the engine.
@Suite(.timeLimit(.minutes(10)))
struct AttemptTests {
    @Test func aSubmittedFutureRunsAndItsOutcomeIsSeen() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            #expect(await fixture.pool.nextStart().id.future == id)
            #expect(try await fixture.state(id) == .running)
            fixture.pool.end(id, .returned(Payload(json: "42")))
            #expect(
                try await fixture.end(of: id)?.outcome == .succeeded(Payload(json: "42")))
        }
    }

    @Test func noMoreRunThanThereAreSlots() async throws {
        try await withEngine(capacity: 2) { fixture in
            let ids = try await fixture.submit(5)
            for started in 0..<5 {
                let attempt = await fixture.pool.nextStart()
                #expect(attempt.id.future == ids[started], "first in, first out")
                #expect(fixture.pool.runningIDs.count <= 2)
                if started > 0 { fixture.pool.end(ids[started - 1]) }
            }
            fixture.pool.end(ids[4])
            for id in ids { #expect(try await fixture.end(of: id)?.state == .succeeded) }
        }
    }

    @Test func aFailureIsRetriedAfterItsPause() async throws {
        try await withEngine { fixture in
            let options = SubmitOptions(
                retry: RetryPolicy(maxAttempts: 2, backoff: .seconds(5)))
            let id = try await fixture.submit(options: options)[0]
            _ = await fixture.pool.nextStart()
            fixture.pool.end(id, .threw(TaskFailure(type: "E", message: "first")))
            // The pause begins with the commit that requeues.
            while try await fixture.state(id) != .pending {}
            fixture.time.advance(by: .seconds(5))
            let second = await fixture.pool.nextStart()
            #expect(second.id.number == 2)
            fixture.pool.end(id, .threw(TaskFailure(type: "E", message: "second")))
            guard case .failed(let failure)? = try await fixture.end(of: id)?.outcome else {
                Issue.record("its budget is spent")
                return
            }
            #expect(failure.message == "second")
            #expect(failure.attempt == 2)
            #expect(
                try await fixture.events(id)
                    == ["submitted", "started", "failed", "started", "failed"])
        }
    }

    @Test func aTimeLimitAsksThenKills() async throws {
        try await withEngine(.process) { fixture in
            let options = SubmitOptions(timeLimit: .seconds(10), grace: .seconds(3))
            let id = try await fixture.submit(options: options)[0]
            _ = await fixture.pool.nextStart()
            fixture.time.advance(by: .seconds(9))
            #expect(fixture.pool.stops == [])
            fixture.time.advance(by: .seconds(1))
            #expect(fixture.pool.stops == [.ask])
            fixture.time.advance(by: .seconds(3))
            #expect(fixture.pool.stops == [.ask, .kill])
            fixture.pool.end(
                id, .workerDied(TaskFailure(type: "WorkerDied", message: "m"), signalled: true))
            guard case .failed(let failure)? = try await fixture.end(of: id)?.outcome else {
                Issue.record("a time limit fails the future")
                return
            }
            #expect(failure.type == TaskFailure.timeLimitExceeded)
        }
    }

    @Test(
        "jumps of the wall clock neither fire nor stall a time limit", .statement(126),
        arguments: [-86_400, 86_400])
    func aTimeLimitIsOfTheMonotonicClock(_ jump: Int) async throws {
        try await withEngine(.process) { fixture in
            let options = SubmitOptions(timeLimit: .seconds(10), grace: .seconds(3))
            let id = try await fixture.submit(options: options)[0]
            _ = await fixture.pool.nextStart()
            fixture.time.jumpWall(by: .seconds(jump))
            fixture.time.advance(by: .milliseconds(9999))
            #expect(fixture.pool.stops == [])
            fixture.time.advance(by: .milliseconds(1))
            #expect(fixture.pool.stops == [.ask])
            fixture.time.jumpWall(by: .seconds(-2 * jump))
            fixture.time.advance(by: .milliseconds(2999))
            #expect(fixture.pool.stops == [.ask])
            fixture.time.advance(by: .milliseconds(1))
            #expect(fixture.pool.stops == [.ask, .kill])
            fixture.pool.end(
                id, .workerDied(TaskFailure(type: "WorkerDied", message: "m"), signalled: true))
            #expect(try await fixture.end(of: id)?.state == .failed)
        }
    }

    @Test func anEndedAttemptLeavesNoTimer() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit(options: SubmitOptions(timeLimit: .seconds(1)))[0]
            _ = await fixture.pool.nextStart()
            fixture.pool.end(id)
            _ = try await fixture.end(of: id)
            #expect(fixture.time.timerCount == 0)
        }
    }

    @Test func aFutureOfTheWallClockStartsWhenItsTimeComes() async throws {
        try await withEngine { fixture in
            let moment = fixture.time.now() + .seconds(30)
            let id = try await fixture.submit(options: SubmitOptions(runAt: moment))[0]
            #expect(try await fixture.state(id) == .pending)
            fixture.time.advance(by: .seconds(30))
            #expect(await fixture.pool.nextStart().id.future == id)
        }
    }

    @Test func aJumpOfTheWallClockIsNoticedWithinAMinute() async throws {
        try await withEngine { fixture in
            let moment = fixture.time.now() + .seconds(86_400)
            let id = try await fixture.submit(options: SubmitOptions(runAt: moment))[0]
            fixture.time.jumpWall(by: .seconds(86_400))
            fixture.time.advance(by: .seconds(60))
            #expect(await fixture.pool.nextStart().id.future == id)
        }
    }
}
