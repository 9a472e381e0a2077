package import FutureModel
package import FuturePools

/// What an owner is made of.
package struct EngineConfiguration: Sendable {
    /// The program's name and version, for its lock file.
    package var program: String
    package var version: String
    /// Where it is going to serve; `nil` for an owner that does not.
    package var socket: String?
    package var bodies: [TaskBody]
    /// Slots of each pool; 0 is no such pool.
    package var threadCount: Int
    package var processCount: Int
    package var commandCount: Int
    package var threadNamePrefix: String
    /// What each thread of the thread pool does first.
    package var initializer: WorkerInitializer?
    package var workerProgram: WorkerProgram
    /// Attempts after which a worker process is replaced; `nil` is never.
    package var maxTasksPerChild: Int?
    /// How long to wait for a journal that another process owns.
    package var patience: Duration
    package var time: any TimeSource
    package var report: @Sendable (QueueError) -> Void
    /// Called with the journal's identity once what the last owner left is gone, before anything
    /// is recovered or run; nothing is where it throws.
    package var willRun: @Sendable (String) throws(QueueError) -> Void

    package init(
        program: String, version: String = packageVersion, socket: String? = nil,
        bodies: [TaskBody] = [],
        threadCount: Int = 0, processCount: Int = 0, commandCount: Int = 0,
        threadNamePrefix: String = "ThreadPool", workerProgram: WorkerProgram = .current,
        maxTasksPerChild: Int? = nil, patience: Duration = .seconds(5),
        time: any TimeSource = SystemTime(),
        report: @escaping @Sendable (QueueError) -> Void = { _ in },
        willRun: @escaping @Sendable (String) throws(QueueError) -> Void = { _ in }
    ) {
        self.program = program
        self.version = version
        self.socket = socket
        self.bodies = bodies
        self.threadCount = threadCount
        self.processCount = processCount
        self.commandCount = commandCount
        self.threadNamePrefix = threadNamePrefix
        self.workerProgram = workerProgram
        self.maxTasksPerChild = maxTasksPerChild
        self.patience = patience
        self.time = time
        self.report = report
        self.willRun = willRun
    }
}
