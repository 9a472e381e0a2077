import FutureModel
import Testing

/// What an attempt's end makes of its future, over every kind of end, reason and policy.
struct TransitionTests {
    private let attempt = AttemptID(future: 7, number: 2, token: 1)
    private let failure = TaskFailure(type: "E", message: "no")

    private func after(
        _ ending: AttemptEnding, stop: StopCause? = nil, options: SubmitOptions = .init(),
        charges: Charges = .init()
    ) -> Transition {
        .after(
            ending, attempt: attempt, stop: stop, options: options, charges: charges,
            jitter: { 0 })
    }

    private var failed: Transition {
        var of = failure
        of.attempt = 2
        return .settle(.failed(of))
    }

    @Test func valueSucceedsWhateverWasAsked() {
        let value = Payload(json: "1")
        for stop in [nil, .cancelled(reason: "x"), .timeLimit, .interrupted] as [StopCause?] {
            #expect(after(.returned(value), stop: stop) == .settle(.succeeded(value)))
        }
    }

    @Test func exitZeroAfterASignalIsNoSuccess() {
        #expect(after(.exited(.code(0), signalled: false)) == .settle(.succeeded(.null)))
        #expect(
            after(.exited(.code(0), signalled: true), stop: .cancelled(reason: "x"))
                == .settle(.cancelled(reason: "x")))
        #expect(
            after(.exited(.code(0), signalled: true), stop: .interrupted)
                == .requeue(.interruption, delay: .zero))
    }

    @Test func exitBeforeTheSignalCountsAsItIs() {
        guard
            case .settle(.failed(let failure)) = after(
                .exited(.code(3), signalled: false), stop: .interrupted)
        else {
            Issue.record("an exit that nobody asked for is the command's own")
            return
        }
        #expect(failure.exitCode == 3)
    }

    @Test func signalIsReportedAsAShellDoes() {
        guard case .settle(.failed(let failure)) = after(.exited(.signal(9), signalled: false))
        else {
            Issue.record("a killed command fails")
            return
        }
        #expect(failure.exitCode == 137)
        #expect(failure.signal == 9)
        #expect(failure.type == TaskFailure.commandFailed)
        #expect(failure.attempt == 2)
    }

    @Test func errorIsRetriedWithinItsBudget() {
        let options = SubmitOptions(
            retry: RetryPolicy(maxAttempts: 3, backoff: .seconds(1), maxBackoff: .seconds(60)))
        var expected = failure
        expected.attempt = 2
        #expect(
            after(.threw(failure), options: options)
                == .requeue(.error(expected), delay: .seconds(1)))
        #expect(
            after(.threw(failure), options: options, charges: Charges(errors: 1))
                == .requeue(.error(expected), delay: .seconds(2)))
        #expect(after(.threw(failure), options: options, charges: Charges(errors: 2)) == failed)
        #expect(after(.threw(failure)) == failed)
    }

    @Test func crashFollowsItsPolicyAndItsOwnBudget() {
        let died = AttemptEnding.workerDied(failure, signalled: false)
        var expected = failure
        expected.attempt = 2
        #expect(after(died) == .requeue(.crash(expected, charged: true), delay: .zero))
        #expect(after(died, charges: Charges(errors: 9, crashes: 3)) == failed)
        #expect(after(died, options: SubmitOptions(onCrash: .fail)) == failed)
        #expect(
            after(died, options: SubmitOptions(onCrash: .cancel))
                == .settle(.cancelled(reason: "no")))
    }

    @Test func unchargedCrashNeedsNoBudget() {
        #expect(
            Transition.crashed(
                failure, charged: false, options: SubmitOptions(maxCrashes: 0), charges: .init())
                == .requeue(.crash(failure, charged: false), delay: .zero))
    }

    @Test func cancelledFutureIsNeverRequeued() {
        let endings: [AttemptEnding] = [
            .gaveUp, .threw(failure), .exited(.code(1), signalled: false),
            .workerDied(failure, signalled: false), .workerDied(failure, signalled: true),
        ]
        for ending in endings {
            #expect(
                after(
                    ending, stop: .cancelled(reason: "x"),
                    options: SubmitOptions(retry: RetryPolicy(maxAttempts: 5)))
                    == .settle(.cancelled(reason: "x")))
        }
    }

    @Test func timeLimitIsAnError() {
        let options = SubmitOptions(timeLimit: .seconds(2))
        guard
            case .settle(.failed(let failure)) = after(
                .exited(.signal(15), signalled: true), stop: .timeLimit, options: options)
        else {
            Issue.record("a time limit fails the attempt")
            return
        }
        #expect(failure.type == TaskFailure.timeLimitExceeded)
        #expect(failure.message == "stopped after 2000 ms")
        #expect(failure.exitCode == nil)
    }

    @Test func giveUpWithoutBeingAskedIsAnError() {
        guard case .settle(.failed(let failure)) = after(.gaveUp) else {
            Issue.record("nobody asked it to stop")
            return
        }
        #expect(failure.type == "CancellationError")
    }

    @Test func pausesDoubleUpToTheLongestAndShrinkByJitter() {
        let policy = RetryPolicy(maxAttempts: 99, backoff: .seconds(1), maxBackoff: .seconds(10))
        #expect(policy.delay(afterErrors: 1, jitter: 0) == .seconds(1))
        #expect(policy.delay(afterErrors: 4, jitter: 0) == .seconds(8))
        #expect(policy.delay(afterErrors: 5, jitter: 0) == .seconds(10))
        #expect(policy.delay(afterErrors: 1_000_000, jitter: 0) == .seconds(10))
        #expect(policy.delay(afterErrors: 5, jitter: 0.5) == .milliseconds(7500))
    }
}
