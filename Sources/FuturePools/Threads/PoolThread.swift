/// One thread of a pool, which runs the jobs of whichever attempt it is given.
final class PoolThread: Sendable {
    private struct Item: Sendable {
        let job: UnownedJob
        let attempt: AttemptTaskExecutor
    }

    let index: Int
    private let items = Mailbox<Item>()

    init(index: Int) { self.index = index }

    /// False once the thread is closed; then the job was not taken.
    func put(_ job: UnownedJob, of attempt: AttemptTaskExecutor) -> Bool {
        items.put(Item(job: job, attempt: attempt))
    }

    /// Runs jobs until ``close()``; called by the thread itself.
    func run() {
        while let item = items.take() {
            item.job.runSynchronously(on: item.attempt.asUnownedTaskExecutor())
            item.attempt.jobEnded(on: self)
        }
    }

    func close() { items.close() }
}
