import FutureModel
import Synchronization

/// One attempt in a worker: what the slot's thread and those who stop it share.
final class WorkerRun: Sendable {
    private struct State {
        var replies: [Frame] = []
        var isStopping = false
        var isToBeKilled = false
    }

    let attempt: ClaimedAttempt
    let onEnd: @Sendable (AttemptReport) -> Void
    private let state = Mutex(State())

    /// Whom the attempt may ask.
    let owner: (any AttemptOwner)?

    init(
        _ attempt: ClaimedAttempt, owner: (any AttemptOwner)?,
        onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        self.owner = owner
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

    /// For the slot to send, which is woken by the caller.
    func reply(_ frame: Frame) { state.withLock { $0.replies.append(frame) } }

    func takeReplies() -> [Frame] {
        state.withLock { state in
            defer { state.replies = [] }
            return state.replies
        }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var isToBeKilled: Bool { state.withLock { $0.isToBeKilled } }
}
