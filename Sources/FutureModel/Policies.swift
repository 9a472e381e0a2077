/// What becomes of a running attempt whose worker or owner died.
public enum OnCrash: String, Codable, Sendable, Hashable, CaseIterable {
    /// It runs again, up to ``SubmitOptions/maxCrashes`` times: at least once.
    case retry
    /// The future fails with the exception `WorkerDied`: at most once.
    case fail
    /// The future is cancelled: at most once.
    case cancel
}

/// What becomes of a running attempt when its owner shuts down.
public enum OnShutdown: String, Codable, Sendable, Hashable, CaseIterable {
    /// It may finish within the grace time; what still runs then is requeued.
    case finish
    /// It is interrupted now and back to pending; nothing is charged to its budgets.
    case requeue
    /// It is stopped now and cancelled.
    case cancel
}

/// How often a future that fails is tried, and how long the pauses are.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts that may end in an error before the future fails; 1 or more.
    public var maxAttempts: Int
    /// The pause after the first error; doubled after each further one.
    public var backoff: Duration
    /// The longest pause.
    public var maxBackoff: Duration

    /// The default is one attempt. Pauses are shortened by a random part of up to a half, so that
    /// what failed together is not tried together.
    public init(
        maxAttempts: Int = 1, backoff: Duration = .seconds(1), maxBackoff: Duration = .seconds(300)
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.maxBackoff = maxBackoff
    }

    /// The pause after the `errors`-th error; `jitter` is random in 0 ..< 1.
    package func delay(afterErrors errors: Int, jitter: Double) -> Duration {
        let doublings = min(max(errors - 1, 0), 40)
        let full = min(backoff * (1 << doublings), maxBackoff)
        return full * (1 - jitter / 2)
    }
}
