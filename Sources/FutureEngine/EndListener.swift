import FutureModel
import Synchronization

/// Whoever is told of ends.
protocol EndListener: AnyObject, Sendable {
    /// Of what it listens for, what it has not been told of.
    var unyielded: Set<FutureID> { get }

    /// Takes `snapshot` unless it is not terminal or has been taken.
    func yield(_ snapshot: FutureSnapshot)

    /// Ends the wait.
    func fail(_ error: any Error)
}

/// A wait for one future, which is resumed once.
final class SingleWait: EndListener {
    private typealias Waiter = CheckedContinuation<FutureSnapshot?, any Error>

    private struct State {
        var waiter: Waiter?
        var end: Result<FutureSnapshot?, any Error>?
    }

    let id: FutureID
    private let state = Mutex(State())

    init(_ id: FutureID) { self.id = id }

    var isOver: Bool { state.withLock { $0.end != nil } }

    var unyielded: Set<FutureID> { isOver ? [] : [id] }

    func begin(_ waiter: CheckedContinuation<FutureSnapshot?, any Error>) {
        let end = state.withLock { state in
            if state.end == nil { state.waiter = waiter }
            return state.end
        }
        if let end { waiter.resume(with: end) }
    }

    func yield(_ snapshot: FutureSnapshot) {
        if snapshot.state.isTerminal { finish(.success(snapshot)) }
    }

    func fail(_ error: any Error) { finish(.failure(error)) }

    /// Ends the wait with nothing.
    func giveUp() { finish(.success(nil)) }

    private func finish(_ end: Result<FutureSnapshot?, any Error>) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.waiter.take()
        }
        waiter?.resume(with: end)
    }
}

/// One wait for a set of futures.
final class Subscription: EndListener {
    let ids: Set<FutureID>
    private let waiting: Mutex<Set<FutureID>>
    private let continuation: Completions.Continuation

    init(ids: Set<FutureID>, continuation: Completions.Continuation) {
        self.ids = ids
        waiting = Mutex(ids)
        self.continuation = continuation
        if ids.isEmpty { continuation.finish() }
    }

    var unyielded: Set<FutureID> { waiting.withLock { $0 } }

    /// Yields `snapshot` unless it is not terminal or its future has been yielded.
    func yield(_ snapshot: FutureSnapshot) {
        guard snapshot.state.isTerminal else { return }
        let (isNew, isLast) = waiting.withLock { waiting in
            let isNew = waiting.remove(snapshot.id) != nil
            return (isNew, isNew && waiting.isEmpty)
        }
        if isNew { continuation.yield(snapshot) }
        if isLast { continuation.finish() }
    }

    /// Those of `ids` that have not been yielded, which are the caller's to tell of.
    func take(_ ids: [FutureID]) -> [FutureID] {
        let (taken, isLast) = waiting.withLock { waiting in
            let taken = ids.filter { waiting.remove($0) != nil }
            return (taken, !taken.isEmpty && waiting.isEmpty)
        }
        if isLast { continuation.finish() }
        return taken
    }

    /// Ends the wait with what has been yielded.
    func giveUp() { continuation.finish() }

    func fail(_ error: any Error) { continuation.finish(throwing: error) }
}
