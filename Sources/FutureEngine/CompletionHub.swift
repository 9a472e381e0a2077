import FutureModel
import Synchronization

/// Wakes those who wait for futures, from the commits that ended them.
///
/// A subscription is made before the journal is read, so no end falls between the two; the
/// subscription itself sees to it that each future is yielded once.
final class CompletionHub: Sendable {
    fileprivate struct State {
        var listeners: [FutureID: [any EndListener]] = [:]
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

    /// The end of `id`, once it has ended; `nil` at once if only the journal knows whether it has.
    ///
    /// - Parameter listening: Called with the wait once it is one of those that are ``open``.
    func end(
        of id: FutureID, listening: (SingleWait) -> Void = { _ in }
    ) async throws -> FutureSnapshot? {
        switch state.withLock({ $0.recent.look(id) }) {
        case .ended(let snapshot): return snapshot
        case .unknown: return nil
        case .notEnded: break
        }
        let wait = SingleWait(id)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait.begin(continuation)
                listen(wait)
                listening(wait)
            }
        } onCancel: {
            wait.fail(CancellationError())
            remove(wait, from: [id])
        }
    }

    /// Has `wait` told of the end to come, or of what has come meanwhile.
    private func listen(_ wait: SingleWait) {
        let (look, closing) = state.withLock { state in
            let look = state.recent.look(wait.id)
            if look == .notEnded, state.closing == nil {
                state.listeners[wait.id, default: []].append(wait)
            }
            return (look, state.closing)
        }
        switch look {
        case .ended(let snapshot): wait.yield(snapshot)
        case .unknown: wait.giveUp()
        case .notEnded: if let closing { wait.fail(closing) }
        }
        // Cancelled before it was there to be removed.
        if wait.isOver { remove(wait, from: [wait.id]) }
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
                    state.listeners[id, default: []].append(subscription)
                }
            }
            return state.closing
        }
        if let closing {
            continuation.finish(throwing: closing)
        } else {
            continuation.onTermination = { [weak self] _ in
                // Those too that had ended before: they are never published again.
                self?.remove(subscription, from: subscription.ids)
            }
        }
        return (subscription, stream)
    }

    /// The waits that there are.
    var open: [any EndListener] { state.withLock { $0.open } }

    /// Hands each of `finished` to those who wait for it.
    func publish(_ finished: [FutureSnapshot]) {
        let woken = state.withLock { state -> [(any EndListener, FutureSnapshot)] in
            for snapshot in finished { state.recent.add(snapshot) }
            guard !state.listeners.isEmpty else { return [] }
            return finished.flatMap { snapshot in
                (state.listeners.removeValue(forKey: snapshot.id) ?? []).map { ($0, snapshot) }
            }
        }
        for (listener, snapshot) in woken { listener.yield(snapshot) }
    }

    /// Ends every wait with `error`, and those to come.
    func close(_ error: QueueError) {
        let open = state.withLock { state in
            state.closing = error
            defer { state.listeners = [:] }
            return state.open
        }
        for listener in open { listener.fail(error) }
    }

    func remove(_ listener: any EndListener, from ids: some Sequence<FutureID>) {
        state.withLock { state in
            for id in ids where state.listeners[id] != nil {
                state.listeners[id]?.removeAll { $0 === listener }
                if state.listeners[id]?.isEmpty == true { state.listeners[id] = nil }
            }
        }
    }
}

extension CompletionHub.State {
    fileprivate var open: [any EndListener] {
        var seen: Set<ObjectIdentifier> = []
        return listeners.values.joined().filter { seen.insert(ObjectIdentifier($0)).inserted }
    }
}
