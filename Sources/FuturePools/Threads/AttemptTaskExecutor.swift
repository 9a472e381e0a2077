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
        /// Jobs for the thread that the attempt has been promised; `nil` if none has been.
        var early: [UnownedJob]?
        /// The attempt has ended: it gets no thread any more.
        var isOver = false

        mutating func giveUp() -> PoolThread? {
            guard isLent, jobCount == 0 else { return nil }
            defer { thread = nil }
            return thread
        }
    }

    private let state: Mutex<State>
    private let onLend: @Sendable (PoolThread) -> Void

    /// - Parameter onLend: Told of the thread when it is free for others during a loan.
    init(_ thread: PoolThread, onLend: @escaping @Sendable (PoolThread) -> Void) {
        state = Mutex(State(thread: thread))
        self.onLend = onLend
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state in
            if let thread = state.thread, thread.put(job, of: self) {
                state.jobCount += 1
                return true
            }
            state.early?.append(job)
            return state.early != nil
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
        if let free { onLend(free) }
    }

    /// Others may use the thread as soon as the attempt is suspended.
    func lend() {
        let free = state.withLock { state -> PoolThread? in
            state.isLent = true
            return state.giveUp()
        }
        if let free { onLend(free) }
    }

    /// Ends a loan. False if the thread is gone: then another is to be given by ``use(_:)``, and
    /// jobs wait for it. An attempt that has ended meanwhile needs none.
    func takeBack() -> Bool {
        state.withLock { state in
            state.isLent = false
            if state.isOver || state.thread != nil { return true }
            state.early = []
            return false
        }
    }

    /// False if the attempt has ended meanwhile.
    func use(_ thread: PoolThread) -> Bool {
        let (early, isWanted) = state.withLock { state in
            defer { state.early = nil }
            guard let early = state.early else { return ([UnownedJob](), false) }
            state.thread = thread
            state.jobCount = early.count
            return (early, true)
        }
        for job in early { _ = thread.put(job, of: self) }
        return isWanted
    }

    /// The attempt has ended; what it has left behind runs elsewhere. The thread that it had.
    func end() -> PoolThread? {
        let (thread, early) = state.withLock { state in
            defer { (state.thread, state.early, state.isOver) = (nil, nil, true) }
            return (state.thread, state.early)
        }
        for job in early ?? [] { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
        return thread
    }
}
