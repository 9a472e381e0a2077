import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import TestSupport

/// The two executors that own their journal.
enum ExecutorKind: String, CaseIterable, Sendable {
    case threads, processes
}

/// Runs `body` with an executor on a journal of its own, and shuts it down.
@discardableResult
func withExecutor<Value>(
    _ kind: ExecutorKind = .threads, workers: Int = 2,
    _ body: (any EmbeddedExecutor, TemporaryJournal) async throws -> Value
) async throws -> Value {
    let place = try TemporaryJournal()
    defer { withExtendedLifetime(place) {} }
    let journal = place.location.path
    switch kind {
    case .threads:
        return try await withThreadPoolExecutor(
            journal: journal, maxWorkers: workers, tasks: conformanceTasks
        ) { try await body($0, place) }
    case .processes:
        return try await withProcessPoolExecutor(
            journal: journal, maxWorkers: workers, tasks: conformanceTasks,
            workerProgram: conformanceWorker
        ) { try await body($0, place) }
    }
}

/// The program that serves as worker process.
let conformanceWorker = [Program.buildDirectory.appending(path: "conformance-worker").path]
