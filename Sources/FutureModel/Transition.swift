/// What a running future becomes when its attempt has ended. Pure: the same ending, policy and
/// charges give the same transition.
package enum Transition: Sendable, Hashable {
    /// The future ends.
    case settle(RecordedOutcome)
    /// The future waits again, for `delay`.
    case requeue(RequeueCause, delay: Duration)
}

/// What a requeue is charged to, and the exception of the attempt that ended.
package enum RequeueCause: Sendable, Hashable {
    case error(TaskFailure)
    case crash(TaskFailure, charged: Bool)
    /// Free of charge.
    case interruption

    package var failure: TaskFailure? {
        switch self {
        case .error(let failure), .crash(let failure, _): failure
        case .interruption: nil
        }
    }

    /// The word for it in the journal and in `history`.
    package var name: String {
        switch self {
        case .error: "failed"
        case .crash: "crashed"
        case .interruption: "interrupted"
        }
    }
}

extension Transition {
    /// The transition for `ending` of attempt `attempt`, which had been told to stop for `stop`;
    /// `place` is where it ran.
    ///
    /// A value counts even if it came after a request to stop; the exit of a command that had
    /// been sent a signal does not, since many programs exit with 0 on SIGTERM.
    package static func after(
        _ ending: AttemptEnding, attempt: AttemptID, stop: StopCause?, options: SubmitOptions,
        charges: Charges, jitter: () -> Double, place: AttemptPlace? = nil
    ) -> Transition {
        let source = FailureSource(attempt: attempt.number, place: place)
        switch ending {
        case .returned(let value): return .settle(.succeeded(value))
        case .exited(.code(0), signalled: false): return .settle(.succeeded(.null))
        default: break
        }
        if let stop, ending.wasStopped || stop.isCancellation {
            return stopped(by: stop, source, options, charges, jitter)
        }
        switch ending {
        case .workerDied(let failure, _):
            return crashed(
                failure.of(source), charged: true, options: options, charges: charges)
        case .notStarted: return .requeue(.interruption, delay: .zero)
        case .threw(let failure):
            return errored(failure.of(source), options, charges, jitter)
        case .gaveUp:
            let failure = TaskFailure(
                type: "CancellationError", message: "the task gave up without being asked to")
            return errored(failure.of(source), options, charges, jitter)
        case .exited(let status, _):
            return errored(TaskFailure.exit(status).of(source), options, charges, jitter)
        case .returned: preconditionFailure("a returned value settles above")
        }
    }

    /// The transition for an attempt whose worker or owner died under it. `charged` is false
    /// where the attempt cannot have been the cause of that death.
    package static func crashed(
        _ failure: TaskFailure, charged: Bool, options: SubmitOptions, charges: Charges
    ) -> Transition {
        switch options.onCrash {
        case .fail: return .settle(.failed(failure))
        case .cancel: return .settle(.cancelled(reason: failure.message))
        case .retry:
            if charged, charges.crashes >= options.maxCrashes { return .settle(.failed(failure)) }
            return .requeue(.crash(failure, charged: charged), delay: .zero)
        }
    }

    private static func stopped(
        by cause: StopCause, _ source: FailureSource, _ options: SubmitOptions, _ charges: Charges,
        _ jitter: () -> Double
    ) -> Transition {
        switch cause {
        case .cancelled(let reason): return .settle(.cancelled(reason: reason))
        case .interrupted: return .requeue(.interruption, delay: .zero)
        case .timeLimit:
            let limit = options.timeLimit.map { "\($0.milliseconds) ms" } ?? "its limit"
            let failure = TaskFailure(
                type: TaskFailure.timeLimitExceeded, message: "stopped after \(limit)")
            return errored(failure.of(source), options, charges, jitter)
        }
    }

    private static func errored(
        _ failure: TaskFailure, _ options: SubmitOptions, _ charges: Charges,
        _ jitter: () -> Double
    ) -> Transition {
        let errors = charges.errors + 1
        if errors >= options.retry.maxAttempts { return .settle(.failed(failure)) }
        return .requeue(
            .error(failure), delay: options.retry.delay(afterErrors: errors, jitter: jitter()))
    }
}

extension StopCause {
    /// A cancelled future runs no further attempt, whatever ended this one.
    fileprivate var isCancellation: Bool {
        if case .cancelled = self { true } else { false }
    }
}

extension AttemptEnding {
    /// Whether a request to stop explains the ending.
    fileprivate var wasStopped: Bool {
        switch self {
        case .gaveUp, .threw: true
        case .exited(_, let signalled), .workerDied(_, let signalled): signalled
        case .returned, .notStarted: false
        }
    }
}

extension TaskFailure {
    /// A command's exit other than 0.
    package static func exit(_ status: ExitStatus) -> TaskFailure {
        switch status {
        case .code(let code):
            TaskFailure(type: commandFailed, message: "exit status \(code)", exitCode: code)
        case .signal(let signal):
            TaskFailure(
                type: commandFailed, message: "killed by signal \(signal)",
                exitCode: status.shellCode, signal: signal)
        }
    }

    fileprivate func of(_ source: FailureSource) -> TaskFailure {
        var failure = self
        failure.attempt = source.attempt
        failure.place = source.place
        return failure
    }
}

/// Whose failure it is.
private struct FailureSource {
    let attempt: Int
    let place: AttemptPlace?
}
