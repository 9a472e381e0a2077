/// How far a cancellation may go.
package struct CancelRequest: Codable, Sendable, Hashable {
    /// Leaves running futures alone, as Python's `Future.cancel()` does.
    package var pendingOnly: Bool
    /// Between SIGTERM and SIGKILL; `nil` is what the future was submitted with.
    package var grace: Duration? { graceMs.map { .milliseconds($0) } }
    private var graceMs: Int64?

    /// What is recorded as the reason of a cancellation.
    package static let reason = "cancelled by request"
    package static let reasonWhileRunning = "cancelled while it ran"

    package init(pendingOnly: Bool = false, grace: Duration? = nil) {
        self.pendingOnly = pendingOnly
        graceMs = grace?.milliseconds
    }
}

/// What a cancellation found, and did.
package struct CancelAnswer: Codable, Sendable, Hashable {
    package enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// It was pending, is cancelled, and never runs.
        case neverRan = "never_ran"
        /// It was running, was stopped, and is cancelled.
        case terminated
        /// It had ended before it could be stopped; ``CancelAnswer/state`` says how.
        case tooLate = "too_late"
        /// It is running, and only pending futures were to be cancelled.
        case running
        /// It was asked to stop and has not done so yet; a thread can only be asked.
        case asked
    }

    package var id: FutureID
    package var kind: Kind
    /// The future's state after the cancellation.
    package var state: FutureState

    package init(id: FutureID, kind: Kind, state: FutureState) {
        self.id = id
        self.kind = kind
        self.state = state
    }
}
