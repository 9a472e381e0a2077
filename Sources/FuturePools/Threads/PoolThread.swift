/// What a thread of a pool does next.
enum ThreadWork: Sendable {
    case attempt(ThreadRun)
    /// An attempt that comes back from a wait.
    case executor(AttemptTaskExecutor)
}

/// One thread of a pool, which runs the jobs of whichever attempt has it.
final class PoolThread: Sendable {
    private enum Item: Sendable {
        case job(UnownedJob, AttemptTaskExecutor)
        case release(next: ThreadWork?)
    }

    private let items = Mailbox<Item>()

    /// False once the thread is closed; then the job was not taken.
    func put(_ job: UnownedJob, of attempt: AttemptTaskExecutor) -> Bool {
        items.put(.job(job, attempt))
    }

    /// Runs jobs until ``release(next:)`` or ``close()``; called by the thread itself. What it was
    /// released for.
    func run() -> ThreadWork? {
        while true {
            switch items.take() {
            case .job(let job, let attempt):
                job.runSynchronously(on: attempt.asUnownedTaskExecutor())
                attempt.jobEnded(on: self)
            case .release(let next): return next
            case nil: return nil
            }
        }
    }

    /// The attempt that had it does not need it any more; `next` is what it does then.
    func release(next: ThreadWork?) { _ = items.put(.release(next: next)) }

    func close() { items.close() }
}
