import FutureModel
import Synchronization

/// What this process knows of one future's end, shared by the copies of a handle. Outcomes never
/// change, so what is known once needs no second look.
final class FutureCell: Sendable {
    /// Told of the cell itself, which it must not hold: it is held by it.
    typealias Callback = @Sendable (FutureCell) -> Void

    private struct State {
        var snapshot: FutureSnapshot?
        var callbacks: [Callback] = []
        var isWatching = false
    }

    private let state = Mutex(State())

    var snapshot: FutureSnapshot? { state.withLock { $0.snapshot } }

    /// Remembers a terminal snapshot and runs the callbacks that waited for it, in order.
    func fill(_ snapshot: FutureSnapshot) {
        let callbacks = state.withLock { state -> [Callback] in
            guard state.snapshot == nil else { return [] }
            state.snapshot = snapshot
            defer { state.callbacks = [] }
            return state.callbacks
        }
        for callback in callbacks { callback(self) }
    }

    enum Addition { case done, watched, unwatched }

    /// Keeps `callback` for the end. `done`: the end is known, the caller is to run it;
    /// `unwatched`: the caller is to watch for the end.
    func add(_ callback: @escaping Callback) -> Addition {
        state.withLock { state in
            if state.snapshot != nil { return .done }
            state.callbacks.append(callback)
            defer { state.isWatching = true }
            return state.isWatching ? .watched : .unwatched
        }
    }

    /// The end could not be learned; who adds a callback later is to watch again.
    func stoppedWatching() { state.withLock { $0.isWatching = false } }
}
