import Synchronization

/// Where the Swift tasks of one attempt run: on one thread of the pool, but for the time in which
/// the attempt waits and has lent that thread.
///
/// A lent thread is given up only once it has nothing of the attempt left to do: one that a body
/// blocks stays with it.
final class AttemptTaskExecutor: TaskExecutor {
    private struct State {
        var thread: PoolThread?
        /// Jobs that the thread has been given and has not done.
        var jobCount = 0
        var isLent = false

        mutating func giveUp() -> PoolThread? {
            guard isLent, jobCount == 0 else { return nil }
            defer { thread = nil }
            return thread
        }
    }

    private let state: Mutex<State>
    private let onRelease: @Sendable (PoolThread) -> Void

    /// - Parameter onRelease: Told of the thread when it is free for others, during a loan or at
    ///   ``end()``.
    init(_ thread: PoolThread, onRelease: @escaping @Sendable (PoolThread) -> Void) {
        state = Mutex(State(thread: thread))
        self.onRelease = onRelease
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state in
            guard let thread = state.thread, thread.put(job, of: self) else { return false }
            state.jobCount += 1
            return true
        }
        // During a loan, and after the end, only jobs of what a body does beside come here.
        if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    func jobEnded(on thread: PoolThread) {
        let free = state.withLock { state -> PoolThread? in
            guard state.thread === thread else { return nil }
            state.jobCount -= 1
            return state.giveUp()
        }
        if let free { onRelease(free) }
    }

    /// Others may use the thread as soon as the attempt is suspended.
    func lend() {
        let free = state.withLock { state -> PoolThread? in
            state.isLent = true
            return state.giveUp()
        }
        if let free { onRelease(free) }
    }

    /// Ends a loan. False if the thread is gone and another is to be given by ``use(_:)``.
    func takeBack() -> Bool {
        state.withLock { state in
            state.isLent = false
            return state.thread != nil
        }
    }

    func use(_ thread: PoolThread) {
        state.withLock { state in
            state.thread = thread
            state.jobCount = 0
        }
    }

    /// The attempt has ended; what it has left behind runs elsewhere.
    func end() {
        let free = state.withLock { state -> PoolThread? in
            defer { state.thread = nil }
            return state.thread
        }
        if let free { onRelease(free) }
    }
}
