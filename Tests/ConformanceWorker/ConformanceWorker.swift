import ConformanceTasks
import DurableFutures
import FutureDaemon

/// The other processes of the conformance tests: a daemon that runs their tasks, and a program
/// that submits and goes away.
@main struct ConformanceWorker: TaskDaemon {
    static let tasks = conformanceTasks
}
