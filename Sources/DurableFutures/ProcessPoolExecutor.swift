import Foundation
import FutureEngine
public import FutureModel
import FuturePools

/// Runs functions in warm worker processes, and commands as children, from a journal that this
/// process owns while the executor lives. A worker that dies takes only its own attempt with it.
///
/// A worker is this same program, started again with the same arguments: it runs `main` up to
/// the point where the executor is made, and there becomes a worker. So make the executor before
/// anything that is to happen only once.
public final class ProcessPoolExecutor: EmbeddedExecutor {
    public let core: ExecutorCore

    /// Opens the journal, recovers what an earlier owner left running, and begins to run what is
    /// pending. In a worker process it never returns.
    ///
    /// - Parameters:
    ///   - journal: as for a ``ThreadPoolExecutor``.
    ///   - maxWorkers: worker processes, and commands at once; `nil` is the number of processors.
    ///   - maxTasksPerChild: attempts after which a worker is replaced; `nil` is never.
    ///   - tasks: the functions that can run here.
    ///   - workerProgram: another program to start as worker, with its arguments; it must come to
    ///     make an executor or a daemon with the same tasks. `nil` is this one.
    ///   - initializer: what each worker process does before its first task. If it throws, the
    ///     pool is broken, as with a ``ThreadPoolExecutor``.
    /// - Throws: as for a ``ThreadPoolExecutor``; `badInput` for a `maxTasksPerChild` below 1 too.
    public init(
        journal: String? = nil, maxWorkers: Int? = nil, maxTasksPerChild: Int? = nil,
        tasks: [any TaskRegistration] = [], workerProgram: [String]? = nil,
        initializer: (@Sendable () throws -> Void)? = nil
    ) async throws(QueueError) {
        await WorkerProcess.serveIfWorker(
            tasks.flatMap(\.registration.bodies), initializer: initializer)
        let workers = maxWorkers ?? ProcessInfo.processInfo.activeProcessorCount
        try checkWorkers(workers)
        if let maxTasksPerChild, maxTasksPerChild < 1 {
            throw QueueError(.badInput, "maxTasksPerChild must be >= 1")
        }
        core = try await .embedded(journal: journal, pool: .process, tasks: tasks) {
            $0.processCount = workers
            $0.commandCount = workers
            $0.maxTasksPerChild = maxTasksPerChild
            if let program = workerProgram, let path = program.first {
                $0.workerProgram = WorkerProgram(
                    path: path, arguments: program)
            }
        }
    }
}

extension ProcessPoolExecutor {
    /// Shuts down at once: what has not started is cancelled, and the workers are told to stop,
    /// by Swift cancellation; those that have not ended after the grace time of what they run are
    /// killed. What they ran is cancelled, but for what returned a value all the same.
    ///
    /// Returns without waiting; ``EmbeddedExecutor/shutdown(wait:cancelFutures:)`` waits.
    public func terminateWorkers() async throws(QueueError) {
        try await stopWorkers(grace: nil)
    }

    /// As ``terminateWorkers()``, with SIGKILL to every worker and all that it has started, now.
    public func killWorkers() async throws(QueueError) { try await stopWorkers(grace: .zero) }

    private func stopWorkers(grace: Duration?) async throws(QueueError) {
        guard let engine = core.engine else { return }
        // The workers are stopped also where what is pending cannot be cancelled.
        defer { engine.stopAll(.process, reason: "its worker was stopped", grace: grace) }
        try await engine.shutdown(ShutdownRequest(pending: .cancel, running: .cancel))
    }
}

/// Opens a ``ProcessPoolExecutor``, runs `body` with it and shuts it down, as Python's `with` does:
/// when this returns or throws, all that was pending has run. `body` runs where the caller does, so
/// what it uses need not be sendable.
public func withProcessPoolExecutor<Value>(
    journal: String? = nil, maxWorkers: Int? = nil, maxTasksPerChild: Int? = nil,
    tasks: [any TaskRegistration] = [], workerProgram: [String]? = nil,
    initializer: (@Sendable () throws -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (ProcessPoolExecutor) async throws -> Value
) async throws -> Value {
    try await ProcessPoolExecutor(
        journal: journal, maxWorkers: maxWorkers, maxTasksPerChild: maxTasksPerChild,
        tasks: tasks, workerProgram: workerProgram, initializer: initializer
    ).scoped(isolation: isolation, body)
}
