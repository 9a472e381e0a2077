import Foundation
import FutureEngine
public import FutureModel

/// Runs functions on threads of this process, and commands as its children, from a journal that
/// this process owns while the executor lives.
public final class ThreadPoolExecutor: EmbeddedExecutor {
    public let core: ExecutorCore

    /// Opens the journal, recovers what an earlier owner left running, and begins to run what is
    /// pending.
    ///
    /// - Parameters:
    ///   - journal: its path; `nil` is `QUEUECTL_JOURNAL`, or `queuectl/journal.db` in the user's
    ///     state directory. Created where there is none.
    ///   - maxWorkers: threads, and commands at once; `nil` is the number of processors and 4
    ///     more, 32 at most, as in CPython.
    ///   - tasks: the functions that can run here.
    ///   - threadNamePrefix: threads are named `PREFIX_0` and so on.
    ///   - initializer: what each thread does before its first task. If it throws, the pool is
    ///     broken: submitting, and waiting for what is pending, throws `brokenPool`. The pending
    ///     futures stay in the journal, for an owner whose pool works.
    /// - Throws: `QueueError`: `owned` while another process owns the journal (a
    ///   ``DaemonExecutor`` reaches it); `badJournal`, `journalVersion`, `noAccess`; `badInput`
    ///   for a `maxWorkers` of 0 or less, or two tasks of one name.
    public init(
        journal: String? = nil, maxWorkers: Int? = nil, tasks: [any TaskRegistration] = [],
        threadNamePrefix: String = "ThreadPoolExecutor",
        initializer: (@Sendable () throws -> Void)? = nil
    ) async throws(QueueError) {
        let workers =
            maxWorkers
            ?? Self.defaultWorkers(processors: ProcessInfo.processInfo.activeProcessorCount)
        try checkWorkers(workers)
        core = try await .embedded(journal: journal, pool: .thread, tasks: tasks) {
            $0.threadCount = workers
            $0.commandCount = workers
            $0.threadNamePrefix = threadNamePrefix
            $0.initializer = initializer
        }
    }

    /// How many threads there are on so many processors, unless said otherwise.
    package static func defaultWorkers(processors: Int) -> Int { min(32, processors + 4) }
}

/// Opens a ``ThreadPoolExecutor``, runs `body` with it and shuts it down, as Python's `with` does:
/// when this returns or throws, all that was pending has run. `body` runs where the caller does, so
/// what it uses need not be sendable.
public func withThreadPoolExecutor<Value>(
    journal: String? = nil, maxWorkers: Int? = nil, tasks: [any TaskRegistration] = [],
    threadNamePrefix: String = "ThreadPoolExecutor",
    initializer: (@Sendable () throws -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (ThreadPoolExecutor) async throws -> Value
) async throws -> Value {
    try await ThreadPoolExecutor(
        journal: journal, maxWorkers: maxWorkers, tasks: tasks,
        threadNamePrefix: threadNamePrefix, initializer: initializer
    ).scoped(isolation: isolation, body)
}

func checkWorkers(_ count: Int) throws(QueueError) {
    guard count > 0 else { throw QueueError(.badInput, "maxWorkers must be greater than 0") }
}
