import FutureModel
import Synchronization

/// What this process knows of one future's end, shared by the copies of a handle. Outcomes never
/// change, so what is known once needs no second look.
final class FutureCell: Sendable {
    private struct State {
        var snapshot: FutureSnapshot?
        var callbacks: [@Sendable () -> Void] = []
        var isWatching = false
    }

    private let state = Mutex(State())

    var snapshot: FutureSnapshot? { state.withLock { $0.snapshot } }

    /// Remembers a terminal snapshot and runs the callbacks that waited for it, in order.
    func fill(_ snapshot: FutureSnapshot) {
        let callbacks = state.withLock { state -> [@Sendable () -> Void] in
            guard state.snapshot == nil else { return [] }
            state.snapshot = snapshot
            defer { state.callbacks = [] }
            return state.callbacks
        }
        for callback in callbacks { callback() }
    }

    enum Addition { case done, watched, unwatched }

    /// Keeps `callback` for the end. `done`: the end is known, the caller is to run it;
    /// `unwatched`: the caller is to watch for the end.
    func add(_ callback: @escaping @Sendable () -> Void) -> Addition {
        state.withLock { state in
            if state.snapshot != nil { return .done }
            state.callbacks.append(callback)
            defer { state.isWatching = true }
            return state.isWatching ? .watched : .unwatched
        }
    }
}
