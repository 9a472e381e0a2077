package import FutureModel
import Synchronization

/// Runs functions on threads of its own. A body may block its thread, or await: either way it
/// holds up nothing but itself, and one of ``capacity``.
///
/// A thread can only be asked to stop: ``StopStep/ask`` cancels the body's Swift task, and
/// ``StopStep/kill`` does nothing. An attempt that waits for another future lends its thread.
package final class ThreadPool: Pool {
    private struct Running {
        let executor: AttemptTaskExecutor
        /// `nil` until it has been made, which happens outside of the lock: it may end at once.
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private struct State {
        var threads = Roster<PoolThread>()
        var running: [AttemptID: Running] = [:]
        /// Why nothing can run here any more, once that is so.
        var breakage: String?
    }

    package let kind = PoolKind.thread
    package let capacity: Int
    private let bodies: [String: TaskBody]
    private let threadNamePrefix: String
    private let initializer: WorkerInitializer?
    private let state = Mutex(State())
    private let owner = Mutex(WeakOwner())

    /// Threads start when they are first needed, and are named `<threadNamePrefix>_<n>`.
    ///
    /// - Parameter initializer: What each thread does first; one that throws breaks the pool.
    package init(
        capacity: Int, bodies: [TaskBody], threadNamePrefix: String,
        initializer: WorkerInitializer? = nil
    ) {
        precondition(capacity > 0, "a pool runs at least one attempt at a time")
        self.capacity = capacity
        self.bodies = Dictionary(
            bodies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.threadNamePrefix = threadNamePrefix
        self.initializer = initializer
    }

    package func attach(_ owner: any AttemptOwner) {
        self.owner.withLock { $0.value = owner }
    }

    package func start(
        _ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let body = bodies[attempt.task]
        var error: Int32 = 0
        let executor = state.withLock { state -> AttemptTaskExecutor? in
            guard let thread = idleThread(&state, &error) else { return nil }
            let executor = AttemptTaskExecutor(thread) { self.putBack($0) }
            state.running[attempt.id] = Running(executor: executor)
            return executor
        }
        guard let executor else {
            let failure = TaskFailure.brokenPool(
                "a thread could not be started: \(errorText(error))")
            return onEnd(AttemptReport(.threw(failure)))
        }
        let link = owner.withLock { $0.value }.map { owner in
            AttemptLink(
                attempt.id, owner,
                ThreadLender(attempt: attempt.id, pool: self, executor: executor, owner: owner))
        }
        let task = Task.detached(executorPreference: executor) {
            let ending = await AttemptLink.$current.withValue(link) {
                await self.run(attempt, body)
            }
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

    private func run(_ attempt: ClaimedAttempt, _ body: TaskBody?) async -> AttemptEnding {
        if let breakage = state.withLock({ $0.breakage }) { return .notStarted(breakage) }
        return await body?.run(attempt.arguments) ?? .threw(.unknownTask(attempt.task))
    }

    private func finish(_ attempt: AttemptID) {
        state.withLock { $0.running.removeValue(forKey: attempt) }?.executor.end()
    }

    // MARK: Threads

    private func putBack(_ thread: PoolThread) {
        state.withLock { $0.threads.putBack(thread) }
    }

    /// Gives an attempt that comes back from a wait a thread; where the system has none to give,
    /// it goes on beside the pool.
    func giveThread(to executor: AttemptTaskExecutor) {
        state.withLock { state in
            var error: Int32 = 0
            if let thread = idleThread(&state, &error) { executor.use(thread) }
        }
    }

    /// `nil` with an errno if the system has no more threads; then the next attempt tries again.
    private func idleThread(_ state: inout State, _ error: inout Int32) -> PoolThread? {
        if let idle = state.threads.takeIdle() { return idle }
        let thread = PoolThread(index: state.threads.members.count)
        error = NativeThread.start(name: threadName(thread.index)) {
            self.initialize()
            thread.run()
            for waiter in self.state.withLock({ $0.threads.memberExited() }) { waiter.resume() }
        }
        guard error == 0 else { return nil }
        state.threads.add(thread)
        return thread
    }

    private func initialize() {
        do {
            try initializer?()
        } catch {
            let reason = "the initializer failed: \(error)"
            state.withLock { $0.breakage = reason }
            owner.withLock { $0.value }?.poolBroke(kind, reason)
        }
    }

    /// A prefix that is too long for the system is cut, the number is not.
    private func threadName(_ index: Int) -> String {
        let suffix = "_\(index)"
        let room = NativeThread.nameByteCount - suffix.utf8.count
        return String(decoding: threadNamePrefix.utf8.prefix(room), as: UTF8.self) + suffix
    }
}
