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
        let task: Task<Void, Never>
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
        let error = state.withLock { state -> Int32 in
            var error: Int32 = 0
            guard let executor = state.threads.takeIdle() ?? startThread(&state, &error) else {
                return error
            }
            // Made under the lock, so that it is in `running` before it can end or be stopped.
            let task = Task.detached(executorPreference: executor) {
                let ending =
                    await body?.run(attempt.arguments) ?? .threw(.unknownTask(attempt.task))
                self.finish(attempt.id)
                onEnd(AttemptReport(ending))
            }
            state.running[attempt.id] = Running(executor: executor, task: task)
            return 0
        }
        if error != 0 {
            let failure = TaskFailure.brokenPool(
                "a thread could not be started: \(errorText(error))")
            onEnd(AttemptReport(.threw(failure)))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard step == .ask else { return }
        state.withLock { $0.running[attempt]?.task }?.cancel()
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
