/// One run of a future. The token fences it: a report is taken only from the attempt that the
/// journal holds as the running one.
package struct AttemptID: Sendable, Hashable, Codable {
    package var future: FutureID
    /// From 1.
    package var number: Int
    package var token: Int64

    package init(future: FutureID, number: Int, token: Int64) {
        self.future = future
        self.number = number
        self.token = token
    }
}

/// A future that the journal has just moved to `running`, with all that is needed to run it.
package struct ClaimedAttempt: Sendable, Hashable {
    package var id: AttemptID
    package var task: String
    package var arguments: Payload
    package var pool: PoolKind
    package var options: SubmitOptions
    package var charges: Charges
    /// Whether it had been asked to stop; never so of one just claimed.
    package var cancelRequested: Bool

    package init(
        id: AttemptID, task: String, arguments: Payload, pool: PoolKind, options: SubmitOptions,
        charges: Charges, cancelRequested: Bool = false
    ) {
        self.id = id
        self.task = task
        self.arguments = arguments
        self.pool = pool
        self.options = options
        self.charges = charges
        self.cancelRequested = cancelRequested
    }
}

/// How a body ended, as its pool saw it; what that means for the future is ``Transition``'s to say.
package enum AttemptEnding: Sendable, Hashable {
    /// A function returned.
    case returned(Payload)
    /// A function threw, or its arguments did not fit, or a command could not be started.
    case threw(TaskFailure)
    /// A function threw `CancellationError` after it was asked to stop.
    case gaveUp
    /// A command exited; `signalled` says that it had been sent a signal while it lived.
    case exited(ExitStatus, signalled: Bool)
    /// The worker process died under the attempt; `signalled` as above.
    case workerDied(TaskFailure, signalled: Bool)
    /// The pool is broken; nothing of the attempt has run.
    case notStarted(String)
}

/// How a process ended.
package enum ExitStatus: Sendable, Hashable, Codable {
    case code(Int32)
    case signal(Int32)

    /// As a shell reports it: the code, or 128 + n for signal n.
    package var shellCode: Int32 {
        switch self {
        case .code(let code): code
        case .signal(let signal): 128 + signal
        }
    }
}

/// Why an attempt was told to stop.
package enum StopCause: Sendable, Hashable {
    case cancelled(reason: String)
    case timeLimit
    /// The owner shuts down; the future goes back to pending.
    case interrupted
}
