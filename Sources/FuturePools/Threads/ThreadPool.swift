package import FutureModel
import Synchronization

/// Runs functions on threads of its own. A body may block its thread, or await: either way it
/// holds up nothing but itself, and one of ``capacity``.
///
/// A thread can only be asked to stop: ``StopStep/ask`` cancels the body's Swift task, and
/// ``StopStep/kill`` does nothing.
package final class ThreadPool: Pool {
    private struct Running {
        let executor: ThreadExecutor
        /// `nil` until it has been made, which happens outside of the lock: it may end at once.
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private struct State {
        var threads = Roster<ThreadExecutor>()
        var running: [AttemptID: Running] = [:]
    }

    package let kind = PoolKind.thread
    package let capacity: Int
    private let bodies: [String: TaskBody]
    private let threadNamePrefix: String
    private let state = Mutex(State())

    /// Threads start when they are first needed, and are named `<threadNamePrefix>_<n>`.
    package init(capacity: Int, bodies: [TaskBody], threadNamePrefix: String) {
        precondition(capacity > 0, "a pool runs at least one attempt at a time")
        self.capacity = capacity
        self.bodies = Dictionary(
            bodies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.threadNamePrefix = threadNamePrefix
    }

    package func start(
        _ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let body = bodies[attempt.task]
        var error: Int32 = 0
        let executor = state.withLock { state -> ThreadExecutor? in
            let executor = state.threads.takeIdle() ?? startThread(&state, &error)
            if let executor { state.running[attempt.id] = Running(executor: executor) }
            return executor
        }
        guard let executor else {
            let failure = TaskFailure.brokenPool(
                "a thread could not be started: \(errorText(error))")
            return onEnd(AttemptReport(.threw(failure)))
        }
        let task = Task.detached(executorPreference: executor) {
            let ending = await body?.run(attempt.arguments) ?? .threw(.unknownTask(attempt.task))
            self.finish(attempt.id)
            onEnd(AttemptReport(ending))
        }
        let isCancelled = state.withLock { state in
            state.running[attempt.id]?.task = task
            return state.running[attempt.id]?.isCancelled == true
        }
        if isCancelled { task.cancel() }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard step == .ask else { return }
        let task = state.withLock { state in
            state.running[attempt]?.isCancelled = true
            return state.running[attempt]?.task
        }
        task?.cancel()
    }

    package func shutdown() async {
        await withCheckedContinuation { continuation in
            let (threads, isWaiting) = state.withLock { state in
                (state.threads.members, state.threads.close(continuation))
            }
            for thread in threads { thread.close() }
            if !isWaiting { continuation.resume() }
        }
    }

    private func finish(_ attempt: AttemptID) {
        state.withLock { state in
            if let ended = state.running.removeValue(forKey: attempt) {
                state.threads.putBack(ended.executor)
            }
        }
    }

    /// `nil` with an errno if the system has no more threads; then the next attempt tries again.
    private func startThread(_ state: inout State, _ error: inout Int32) -> ThreadExecutor? {
        let executor = ThreadExecutor(index: state.threads.members.count)
        error = NativeThread.start(name: threadName(executor.index)) {
            executor.run()
            for waiter in self.state.withLock({ $0.threads.memberExited() }) { waiter.resume() }
        }
        guard error == 0 else { return nil }
        state.threads.add(executor)
        return executor
    }

    /// A prefix that is too long for the system is cut, the number is not.
    private func threadName(_ index: Int) -> String {
        let suffix = "_\(index)"
        let room = NativeThread.nameByteCount - suffix.utf8.count
        return String(decoding: threadNamePrefix.utf8.prefix(room), as: UTF8.self) + suffix
    }
}
