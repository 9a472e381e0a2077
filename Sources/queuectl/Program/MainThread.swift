import Dispatch
import Synchronization

/// Runs the program's Swift tasks on the thread that every process begins with: to start others
/// takes a good part of a short run.
final class MainThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let wakeUp = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        wakeUp.signal()
    }

    /// Runs what comes, until the process ends.
    func run() -> Never {
        while true {
            wakeUp.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
