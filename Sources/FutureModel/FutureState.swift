/// Where a future stands.
///
///     pending ──▶ running ──▶ succeeded | failed | cancelled
///        └──────────────────────────────────────▶ cancelled
///
/// A running future goes back to `pending` only by a requeue: a retry, a crash that its policy
/// retries, or an interruption. Nothing leaves the last three.
public enum FutureState: String, Codable, Sendable, Hashable, CaseIterable {
    /// Journaled, not started. Why it waits can be read from its record.
    case pending
    /// One attempt runs now, or ran when its owner died and is not recovered yet.
    case running
    /// Ended with a value.
    case succeeded
    /// Ended with an exception.
    case failed
    /// Ended by a cancellation; if it was pending until then, it never ran.
    case cancelled

    /// Whether the state is final. A final state and its outcome never change.
    public var isTerminal: Bool {
        switch self {
        case .pending, .running: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}
