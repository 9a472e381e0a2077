/// One thread of a pool, which runs the jobs of whichever attempt has it.
final class PoolThread: Sendable {
    private enum Item: Sendable {
        case job(UnownedJob, AttemptTaskExecutor)
        case release
    }

    private let items = Mailbox<Item>()

    /// False once the thread is closed; then the job was not taken.
    func put(_ job: UnownedJob, of attempt: AttemptTaskExecutor) -> Bool {
        items.put(.job(job, attempt))
    }

    /// Runs jobs until ``release()`` or ``close()``; called by the thread itself.
    func run() {
        while case .job(let job, let attempt)? = items.take() {
            job.runSynchronously(on: attempt.asUnownedTaskExecutor())
            attempt.jobEnded(on: self)
        }
    }

    /// The attempt that had it does not need it any more.
    func release() { _ = items.put(.release) }

    func close() { items.close() }
}
