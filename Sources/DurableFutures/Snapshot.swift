public import FutureModel

/// Where a future stood at one moment, and how it had ended if it had.
public struct Snapshot<Value: Sendable>: Sendable {
    public let state: FutureState
    /// `nil` while the future is pending or running.
    public let outcome: Outcome<Value>?

    /// Whether it has succeeded, failed or been cancelled.
    public var isDone: Bool { state.isTerminal }
    /// Whether it was cancelled.
    public var isCancelled: Bool { state == .cancelled }
}

extension Future {
    /// The state and the outcome of one moment, read at once; does not wait.
    ///
    /// - Throws: `QueueError`: a lost journal, or a value of another type (`typeMismatch`).
    public func snapshot() async throws -> Snapshot<Value> {
        let now = try await current()
        guard now.state.isTerminal else { return Snapshot(state: now.state, outcome: nil) }
        return Snapshot(
            state: now.state, outcome: try await decoder.outcome(of: now, core))
    }

    /// What the journal has of it now, or what this process knows of its end.
    func current() async throws(QueueError) -> FutureSnapshot {
        if let known = cell.snapshot { return known }
        let now = try await core.snapshots([id])[0]
        if now.state.isTerminal { cell.fill(now) }
        return now
    }
}

extension Future: CustomStringConvertible {
    /// Its id, and its state as far as this handle knows it; asks nobody.
    public var description: String {
        "<Future \(id) \(cell.snapshot?.state.rawValue ?? "not known to have ended")>"
    }
}
