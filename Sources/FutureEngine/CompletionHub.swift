import FutureModel
import Synchronization

/// Wakes those who wait for futures, from the commits that ended them.
///
/// A subscription is made before the journal is read, so no end falls between the two; the
/// subscription itself sees to it that each future is yielded once.
final class CompletionHub: Sendable {
    private struct State {
        var subscriptions: [FutureID: [Subscription]] = [:]
        var recent = RecentEnds()
        /// Why no more will end here, once that is so.
        var closing: QueueError?
    }

    private let state = Mutex(State())

    /// From now on every end is published; ids up to `newest` were there before.
    func begin(after newest: FutureID) {
        state.withLock { $0.recent.begin(after: newest) }
    }

    func submitted(_ ids: [FutureID]) { state.withLock { $0.recent.submitted(ids) } }

    /// The end of `id`, if it is fresh.
    func recentEnd(of id: FutureID) -> FutureSnapshot? {
        if case .ended(let snapshot) = state.withLock({ $0.recent.look(id) }) { return snapshot }
        return nil
    }

    /// Those of `ids` whose state only the journal knows. Asked after subscribing to them: the
    /// others end later, or have ended lately and are yielded now.
    func unknown(of subscription: Subscription) -> [FutureID] {
        let (unknown, ended) = state.withLock { state in
            var unknown: [FutureID] = []
            var ended: [FutureSnapshot] = []
            for id in subscription.ids {
                switch state.recent.look(id) {
                case .ended(let snapshot): ended.append(snapshot)
                case .notEnded: break
                case .unknown: unknown.append(id)
                }
            }
            return (unknown, ended)
        }
        for snapshot in ended { subscription.yield(snapshot) }
        return unknown
    }

    /// Subscribes to the ends of `ids`, duplicates once.
    func subscribe(to ids: [FutureID]) -> (Subscription, Completions) {
        let (stream, continuation) = Completions.makeStream()
        let subscription = Subscription(ids: Set(ids), continuation: continuation)
        let closing = state.withLock { state -> QueueError? in
            if state.closing == nil {
                for id in subscription.ids {
                    state.subscriptions[id, default: []].append(subscription)
                }
            }
            return state.closing
        }
        if let closing {
            continuation.finish(throwing: closing)
        } else {
            continuation.onTermination = { [weak self] _ in self?.remove(subscription) }
        }
        return (subscription, stream)
    }

    /// The waits that there are.
    var open: Set<Subscription> {
        state.withLock { Set($0.subscriptions.values.joined()) }
    }

    /// Hands each of `finished` to its subscriptions.
    func publish(_ finished: [FutureSnapshot]) {
        let woken = state.withLock { state -> [(Subscription, FutureSnapshot)] in
            for snapshot in finished { state.recent.add(snapshot) }
            guard !state.subscriptions.isEmpty else { return [] }
            return finished.flatMap { snapshot in
                (state.subscriptions.removeValue(forKey: snapshot.id) ?? []).map { ($0, snapshot) }
            }
        }
        for (subscription, snapshot) in woken { subscription.yield(snapshot) }
    }

    /// Ends every wait with `error`, and those to come.
    func close(_ error: QueueError) {
        let open = state.withLock { state in
            state.closing = error
            let open = Set(state.subscriptions.values.joined())
            state.subscriptions = [:]
            return open
        }
        for subscription in open { subscription.fail(error) }
    }

    private func remove(_ subscription: Subscription) {
        state.withLock { state in
            // Of all: those that had ended before it began are never published again.
            for id in subscription.ids where state.subscriptions[id] != nil {
                state.subscriptions[id]?.removeAll { $0 === subscription }
                if state.subscriptions[id]?.isEmpty == true { state.subscriptions[id] = nil }
            }
        }
    }
}

/// One wait for a set of futures.
final class Subscription: Sendable {
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

    /// Ends the wait with what has been yielded.
    func giveUp() { continuation.finish() }

    func fail(_ error: QueueError) { continuation.finish(throwing: error) }
}

extension Subscription: Hashable {
    static func == (left: Subscription, right: Subscription) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
