/// One thread of a pool. Swift tasks that prefer it run their jobs there, one after another.
final class ThreadExecutor: TaskExecutor {
    let index: Int
    private let jobs = Mailbox<UnownedJob>()

    init(index: Int) { self.index = index }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // After the pool's end only jobs of what a body has left behind come here.
        if !jobs.put(job) { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    /// Runs jobs until ``close()``; called by the thread itself.
    func run() {
        let executor = asUnownedTaskExecutor()
        while let job = jobs.take() { job.runSynchronously(on: executor) }
    }

    func close() { jobs.close() }
}
