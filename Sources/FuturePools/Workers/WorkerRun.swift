import FutureModel
import Synchronization

/// One attempt in a worker: what the slot's thread and those who stop it share.
final class WorkerRun: Sendable {
    private struct State {
        var isStopping = false
        var isToBeKilled = false
    }

    let attempt: ClaimedAttempt
    let onEnd: @Sendable (AttemptReport) -> Void
    private let state = Mutex(State())

    init(_ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void) {
        self.attempt = attempt
        self.onEnd = onEnd
    }

    /// For the slot to see, which is woken by the caller.
    func stop(_ step: StopStep) {
        state.withLock { state in
            state.isStopping = true
            if step == .kill { state.isToBeKilled = true }
        }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var isToBeKilled: Bool { state.withLock { $0.isToBeKilled } }
}
