import FutureModel

/// The queue as an attempt uses it: while its owner shuts down, what runs may still submit, unless
/// everything is being cancelled.
struct NestedService: FutureService, DirectEnds {
    let engine: Engine

    func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        try await engine.submitNested(submissions)
    }

    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await engine.records(ids)
    }

    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await engine.snapshots(ids)
    }

    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        try await engine.completions(of: ids)
    }

    func end(of id: FutureID) async throws -> FutureSnapshot { try await engine.end(of: id) }

    func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        try await engine.cancel(ids, request)
    }

    func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try await engine.retry(ids)
    }

    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await engine.list(filter)
    }

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await engine.history(id)
    }

    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await engine.output(id)
    }

    func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        try await engine.followOutput(id)
    }

    func stats() async throws(QueueError) -> QueueStats { try await engine.stats() }

    func status() async throws(QueueError) -> ServiceStatus { try await engine.status() }

    func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan {
        try await engine.planShutdown(request)
    }

    func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        try await engine.shutdown(request)
    }
}
