import FutureModel
import Synchronization

/// One attempt on a pool's thread, or waiting for one.
final class ThreadRun: Sendable {
    private struct State {
        /// `nil` until a thread has come for the attempt.
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    let attempt: ClaimedAttempt
    private let onEnd: AttemptEnd
    private let state = Mutex(State())

    init(_ attempt: ClaimedAttempt, _ onEnd: @escaping AttemptEnd) {
        self.attempt = attempt
        self.onEnd = onEnd
    }

    func isPerformed(by task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    func ended(_ ending: AttemptEnding) { onEnd(attempt, AttemptReport(ending)) }

    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
