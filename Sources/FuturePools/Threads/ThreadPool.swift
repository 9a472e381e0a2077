import Dispatch
package import FutureModel
import Synchronization

/// Runs functions on threads of its own. A body may block its thread, or await: either way it
/// holds up nothing but itself, and one of ``capacity``.
///
/// A thread can only be asked to stop: ``StopStep/ask`` cancels the body's Swift task, and
/// ``StopStep/kill`` does nothing. An attempt that waits for another future lends its thread.
package final class ThreadPool: Pool {
    private struct State {
        var queue = StartQueue<ThreadWork>()
        var running: [AttemptID: ThreadRun] = [:]
        var threadCount = 0
        var liveCount = 0
        var onLastExit: CheckedContinuation<Void, Never>?
        /// Why nothing can run here any more, once that is so.
        var breakage: String?

        /// Whether no thread is left but those of bodies that go on though nobody waits for them
        /// any more; the process takes them along when it exits.
        var isOver: Bool { liveCount <= running.count }
    }

    package let kind = PoolKind.thread
    package let capacity: Int
    private let bodies: [String: TaskBody]
    private let threadNamePrefix: String
    private let initializer: WorkerInitializer?
    private let state = Mutex(State())
    private let owner = Mutex(WeakOwner())
    private let wakeUp = DispatchSemaphore(value: 0)

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

    package func start(_ attempts: [ClaimedAttempt], onEnd: @escaping AttemptEnd) {
        let runs = attempts.map { ThreadRun($0, onEnd) }
        var failed: [(run: ThreadRun, error: Int32)] = []
        var isToWake = false
        state.withLock { state in
            for run in runs {
                let answer = put(.attempt(run), &state)
                if answer.isToWake { isToWake = true }
                if let error = answer.error {
                    failed.append((run, error))
                } else {
                    state.running[run.attempt.id] = run
                }
            }
        }
        // Once is enough: whoever is woken wakes the next.
        if isToWake { wakeUp.signal() }
        for (run, error) in failed {
            let reason = "a thread could not be started: \(errorText(error))"
            run.ended(.threw(.brokenPool(reason)))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard step == .ask else { return }
        state.withLock { $0.running[attempt] }?.cancel()
    }

    package func shutdown() async {
        await withCheckedContinuation { continuation in
            let (sleepingCount, isOver) = state.withLock { state in
                if !state.isOver { state.onLastExit = continuation }
                return (state.queue.close(), state.isOver)
            }
            for _ in 0..<sleepingCount { wakeUp.signal() }
            if isOver { continuation.resume() }
        }
    }

    /// Gives an attempt that comes back from a wait the next thread that is free.
    func giveThread(to executor: AttemptTaskExecutor) {
        // No error: the thread that the attempt has had is there at least, and will come for it.
        if state.withLock({ put(.executor(executor), &$0) }).isToWake { wakeUp.signal() }
    }

    // MARK: Threads

    /// Whether a sleeping thread is to be signalled for `work`; the errno where no thread is there
    /// to come for it and the system has none to give.
    private func put(_ work: ThreadWork, _ state: inout State) -> (isToWake: Bool, error: Int32?) {
        switch state.queue.put(work) {
        case .none: return (false, nil)
        case .wake: return (true, nil)
        case .startThread:
            let error = NativeThread.start(name: threadName(state.threadCount), serve)
            if error == 0 {
                state.threadCount += 1
                state.liveCount += 1
                return (false, nil)
            }
            state.queue.startFailed()
            guard state.liveCount == 0 else { return (false, nil) }
            state.queue.removeLast()
            return (false, error)
        }
    }

    /// What one thread does, from its start to the pool's shutdown.
    private func serve() {
        initialize()
        let thread = PoolThread()
        // While it sleeps in ``take()`` a thread holds nothing of what it did last.
        while let first = take() {
            var next: ThreadWork? = first
            while let work = next { next = perform(work, on: thread) }
        }
        let waiter = state.withLock { state in
            state.liveCount -= 1
            return state.isOver ? state.onLastExit.take() : nil
        }
        waiter?.resume()
    }

    /// What the thread does next; `nil` if nothing waits.
    private func perform(_ work: ThreadWork, on thread: PoolThread) -> ThreadWork? {
        switch work {
        case .attempt(let run):
            begin(run, on: thread)
            return thread.run()
        case .executor(let executor):
            return executor.use(thread) ? thread.run() : takeNext()
        }
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

    /// What a free thread does next, once there is something; `nil` at the end.
    private func take() -> ThreadWork? {
        while true {
            switch state.withLock({ $0.queue.take() }) {
            case .item(let work, let isToWake):
                if isToWake { wakeUp.signal() }
                return work
            case .sleep: wakeUp.wait()
            case .end: return nil
            }
        }
    }

    /// What a thread does next that an attempt no longer needs, `ended` if it has ended; `nil` if
    /// nothing waits.
    private func takeNext(ended: AttemptID? = nil) -> ThreadWork? {
        let next = state.withLock { state in
            if let ended { state.running[ended] = nil }
            return state.queue.takeNext()
        }
        if next?.isToWake == true { wakeUp.signal() }
        return next?.item
    }

    /// A prefix that is too long for the system is cut, the number is not.
    private func threadName(_ index: Int) -> String {
        let suffix = "_\(index)"
        let room = NativeThread.nameByteCount - suffix.utf8.count
        return String(decoding: threadNamePrefix.utf8.prefix(room), as: UTF8.self) + suffix
    }

    // MARK: Attempts

    /// Makes the Swift task of an attempt, whose jobs then wait in `thread` to be run.
    private func begin(_ run: ThreadRun, on thread: PoolThread) {
        let attempt = run.attempt
        let body = bodies[attempt.task]
        let executor = AttemptTaskExecutor(thread) { $0.release(next: self.takeNext()) }
        let link = owner.withLock { $0.value }.map { owner in
            AttemptLink(
                attempt.id, owner,
                ThreadLender(attempt: attempt.id, pool: self, executor: executor, owner: owner))
        }
        let task = Task.detached(executorPreference: executor) {
            let ending = await AttemptLink.$current.withValue(link) {
                await self.perform(attempt, body)
            }
            self.finish(attempt.id, executor)
            run.ended(ending)
        }
        run.isPerformed(by: task)
    }

    private func perform(_ attempt: ClaimedAttempt, _ body: TaskBody?) async -> AttemptEnding {
        if initializer != nil, let breakage = state.withLock({ $0.breakage }) {
            return .notStarted(breakage)
        }
        return await body?.run(attempt.arguments) ?? .threw(.unknownTask(attempt.task))
    }

    /// Whoever hears of the end may count on the thread.
    private func finish(_ attempt: AttemptID, _ executor: AttemptTaskExecutor) {
        guard let thread = executor.end() else {
            return state.withLock { $0.running[attempt] = nil }
        }
        thread.release(next: takeNext(ended: attempt))
    }
}
