import DurableFutures
import Foundation
import FutureEngine
import FutureJournal
import FutureModel
import FuturePools

/// The work of our sides, through the library as its users call it.
enum Work {
    /// Returns what it is given, so that results can be checked.
    static let noop = TaskDefinition("noop") { (number: Int) -> Int in number }
    /// The time from `submitted`, of the monotonic clock, to its own start, in nanoseconds.
    static let delay = TaskDefinition("delay") { (submitted: UInt64) -> UInt64 in
        DispatchTime.now().uptimeNanoseconds - submitted
    }

    static let tasks: [any TaskRegistration] = [noop, delay]

    /// This program is the worker program of its own process pools.
    static func serveIfWorker() async {
        await WorkerProcess.serveIfWorker(tasks.flatMap(\.registration.bodies))
    }

    enum PoolChoice: Sendable { case threads(Int), processes(Int) }

    /// Runs `body` with an executor on a new journal, and shuts it down.
    static func withExecutor<Value>(
        _ setting: Setting, _ choice: PoolChoice,
        _ body: (any EmbeddedExecutor) async throws -> Value
    ) async throws -> Value {
        try await setting.inDirectory { directory in
            let journal = directory.appending(path: "journal.db").path
            switch choice {
            case .threads(let count):
                return try await withThreadPoolExecutor(
                    journal: journal, maxWorkers: count, tasks: tasks, body)
            case .processes(let count):
                return try await withProcessPoolExecutor(
                    journal: journal, maxWorkers: count, tasks: tasks, body)
            }
        }
    }

    /// How long it takes from opening the journal to the first line of a task that it holds, or
    /// that is submitted at once.
    static func firstStart(journal path: String, submitting: Bool) async throws -> Duration {
        let (starts, signal) = AsyncStream<ContinuousClock.Instant>.makeStream()
        let task = TaskDefinition(noop.name) { (number: Int) -> Int in
            signal.yield(.now)
            return number
        }
        let begin = ContinuousClock.now
        let executor = try await ThreadPoolExecutor(journal: path, maxWorkers: 4, tasks: [task])
        if submitting { _ = try await executor.submit(task, 1) }
        guard let start = await starts.first(where: { _ in true }) else {
            throw WrongResult(description: "nothing has started")
        }
        executor.core.engine?.interrupt(now: true)
        _ = await executor.core.engine?.waitUntilStopped()
        return begin.duration(to: start)
    }

    /// Runs `body` with an executor that journals futures and does not run them.
    static func withSubmitter<Value>(
        _ setting: Setting, _ body: (Submitter) async throws -> Value
    ) async throws -> Value {
        try await setting.inDirectory { directory in
            try await withSubmitter(journal: directory.appending(path: "journal.db").path, body)
        }
    }

    static func withSubmitter<Value>(
        journal path: String, _ body: (Submitter) async throws -> Value
    ) async throws -> Value {
        let location = try JournalLocation(path)
        let owner = OwnerIdentity(process: .current, program: "bench", version: "bench")
        let lock = try await OwnerLock.acquire(location, as: owner, patience: .seconds(5))
        let journal = try await SQLiteJournal.open(location, lock: lock, time: SystemTime())
        let engine = Engine(
            journal: journal, pools: [],
            routes: TaskRoutes(pools: [.thread], tasks: ["noop": .thread]),
            time: SystemTime(), location: location, owner: owner)
        let core = ExecutorCore(
            service: engine, journalPath: location.path, pool: .thread, registered: ["noop"],
            engine: engine)
        let value: Value
        do {
            value = try await body(Submitter(core: core, journal: journal))
        } catch {
            await journal.close()
            throw error
        }
        await journal.close()
        return value
    }
}

/// An executor whose futures stay pending.
struct Submitter: DurableExecutor {
    let core: ExecutorCore
    let journal: SQLiteJournal

    /// Throws unless the journal has `count` pending futures.
    func checkPending(_ count: Int) async throws {
        let found = try await journal.stats().total.pending
        try check(found == count, "\(found) of \(count) futures are pending")
    }
}
