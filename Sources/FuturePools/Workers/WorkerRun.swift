import FutureModel
import Synchronization

/// One attempt of a pool of workers: what its slot and those who stop it share.
final class WorkerRun: Sendable {
    private struct State {
        var isStopping = false
        var isToBeKilled = false
    }

    let attempt: ClaimedAttempt
    let onEnd: AttemptEnd
    private let state = Mutex(State())

    /// Whom the attempt may ask.
    let owner: (any AttemptOwner)?

    init(
        _ attempt: ClaimedAttempt, owner: (any AttemptOwner)?, onEnd: @escaping AttemptEnd
    ) {
        self.owner = owner
        self.attempt = attempt
        self.onEnd = onEnd
    }

    /// For its slot to see, which is told by the caller.
    func stop(_ step: StopStep) {
        state.withLock { state in
            state.isStopping = true
            if step == .kill { state.isToBeKilled = true }
        }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var isToBeKilled: Bool { state.withLock { $0.isToBeKilled } }
}
