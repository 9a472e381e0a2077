/// All that the journal knows of one future; what `queuectl show --json` prints.
///
/// In JSON every key is present; what does not apply is `null`.
package struct FutureRecord: Sendable, Hashable {
    package var id: FutureID
    package var task: String
    /// Of a command, its argv; of a function `nil`.
    package var command: Command?
    /// Of a function, its arguments as a JSON array; of a command `nil`.
    package var arguments: Payload?
    package var pool: PoolKind?
    package var state: FutureState
    /// Why a pending future waits; `nil` when it is ready to be claimed, or not pending.
    package var hold: Hold?
    /// The number of its latest attempt; 0 before the first.
    package var attempt: Int
    package var submittedAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var options: SubmitOptions
    /// Ended attempts, by what ended them.
    package var charges: Charges
    package var outcome: RecordedOutcome?
    /// Of a command that ended, what it wrote.
    package var output: CapturedOutput?
    /// The future that this one repeats, where `queuectl retry` made it.
    package var retryOf: FutureID?
    /// Whether a running attempt was asked to stop.
    package var cancelRequested: Bool

    package init(
        id: FutureID, task: String, command: Command? = nil, arguments: Payload? = nil,
        pool: PoolKind? = nil, state: FutureState, hold: Hold? = nil, attempt: Int = 0,
        submittedAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        options: SubmitOptions = SubmitOptions(), charges: Charges = Charges(),
        outcome: RecordedOutcome? = nil, output: CapturedOutput? = nil, retryOf: FutureID? = nil,
        cancelRequested: Bool = false
    ) {
        self.id = id
        self.task = task
        self.command = command
        self.arguments = arguments
        self.pool = pool
        self.state = state
        self.hold = hold
        self.attempt = attempt
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.options = options
        self.charges = charges
        self.outcome = outcome
        self.output = output
        self.retryOf = retryOf
        self.cancelRequested = cancelRequested
    }

    package var snapshot: FutureSnapshot { FutureSnapshot(id: id, state: state, outcome: outcome) }

    /// The status of a command that ended; `nil` for a function, and for a command that had none.
    package var exitCode: Int32? {
        switch outcome {
        case .succeeded?: command == nil ? nil : 0
        case .failed(let failure)?: failure.exitCode
        case .cancelled?, nil: nil
        }
    }

    /// Why it is where it is, for a person; `nil` where the state says it all.
    package var reason: String? {
        switch (state, outcome) {
        case (_, .cancelled(let reason)?): return reason
        case (.running, _) where hold == .noOwner:
            return "its owner has died; the next daemon recovers it"
        case (.running, _): return cancelRequested ? "asked to stop" : nil
        case (.pending, _): break
        default: return nil
        }
        switch hold {
        case nil: return "waiting for a free slot"
        case .unknownTask?: return "no worker knows the task '\(task)'"
        case .runAt?: return "not before \(options.runAt?.description ?? "its time")"
        case .retry(let moment)?: return "next attempt at \(moment)"
        case .dependency?: return "waiting for another future"
        case .noOwner?: return "waiting for a daemon"
        }
    }
}

/// Why a future that has not ended does not run.
package enum Hold: Sendable, Hashable {
    /// The owner has no function of that name.
    case unknownTask
    /// Its `runAt` has not come.
    case runAt
    /// The pause before its next attempt lasts until then.
    case retry(Timestamp)
    /// It runs after another future.
    case dependency
    /// Nobody owns the journal, so that nothing runs, not even what is running by the journal.
    /// Never stored: whoever reads finds it so.
    case noOwner

    /// The word for it in the journal and in JSON.
    package var name: String {
        switch self {
        case .unknownTask: "unknown_task"
        case .runAt: "run_at"
        case .retry: "retry"
        case .dependency: "dependency"
        case .noOwner: "no_owner"
        }
    }
}

/// How many attempts of a future ended without ending the future.
package struct Charges: Codable, Sendable, Hashable {
    package var errors = 0
    package var crashes = 0
    package var interruptions = 0

    package init(errors: Int = 0, crashes: Int = 0, interruptions: Int = 0) {
        self.errors = errors
        self.crashes = crashes
        self.interruptions = interruptions
    }
}
