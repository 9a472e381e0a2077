import Foundation
import FutureModel
import Synchronization

/// Futures that end when a test says so.
final class MemoryService: FutureService {
    fileprivate struct State {
        var records: [FutureID: FutureRecord] = [:]
        var submissions: [Submission] = []
        var waits: [(missing: Set<FutureID>, feed: Completions.Continuation)] = []
        var followers: [OutputChunks.Continuation] = []
        var failure: QueueError?
        var shutdowns: [ShutdownRequest] = []
        var filters: [ListFilter] = []
        var unreadable: [UnreadableFuture] = []
        var cancels: [CancelRequest] = []
        var hangs: [CheckedContinuation<Void, Never>] = []
        var isHanging = false
        var stdout = Data([0, 255, 10])
        var chunks: (@Sendable () -> OutputChunk?)?
        var onSubmit: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// An element for each wait or follower that the service has let go of.
    let abandoned: AsyncStream<Void>
    private let abandonedFeed: AsyncStream<Void>.Continuation
    /// An element for each wait that is to be woken.
    let waited: AsyncStream<Void>
    private let waitedFeed: AsyncStream<Void>.Continuation
    /// An element for each call that hangs.
    let hung: AsyncStream<Void>
    private let hungFeed: AsyncStream<Void>.Continuation
    /// An element for each follower of an output.
    let followed: AsyncStream<Void>
    private let followedFeed: AsyncStream<Void>.Continuation

    init() {
        (abandoned, abandonedFeed) = AsyncStream.makeStream()
        (waited, waitedFeed) = AsyncStream.makeStream()
        (hung, hungFeed) = AsyncStream.makeStream()
        (followed, followedFeed) = AsyncStream.makeStream()
    }

    // MARK: What tests do

    var submissions: [Submission] { state.withLock { $0.submissions } }
    var shutdowns: [ShutdownRequest] { state.withLock { $0.shutdowns } }
    /// Has the list tell of a future that is damaged.
    func damage(_ future: UnreadableFuture) { state.withLock { $0.unreadable.append(future) } }

    var filters: [ListFilter] { state.withLock { $0.filters } }
    var cancels: [CancelRequest] { state.withLock { $0.cancels } }

    /// At each submit, from where that runs.
    func onSubmit(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.onSubmit = act } }

    /// Every call fails with it from now on.
    func fail(with error: QueueError?) { state.withLock { $0.failure = error } }

    /// Submits and outputs hang until ``resume()``.
    func hang() { state.withLock { $0.isHanging = true } }

    func resume() {
        let hangs = state.withLock { state in
            state.isHanging = false
            defer { state.hangs = [] }
            return state.hangs
        }
        hangs.forEach { $0.resume() }
    }

    func finish(_ id: FutureID, _ outcome: RecordedOutcome = .succeeded(.null)) {
        state.withLock { state in
            state.records[id]?.state = outcome.state
            state.records[id]?.outcome = outcome
            state.records[id]?.startedAt = Timestamp(milliseconds: 1)
            state.records[id]?.finishedAt = Timestamp(milliseconds: 2)
            guard let snapshot = state.records[id]?.snapshot else { return }
            for index in state.waits.indices where state.waits[index].missing.remove(id) != nil {
                state.waits[index].feed.yield(snapshot)
                if state.waits[index].missing.isEmpty { state.waits[index].feed.finish() }
            }
            state.waits.removeAll { $0.missing.isEmpty }
        }
    }

    func write(_ chunk: OutputChunk) {
        state.withLock { state in state.followers.forEach { $0.yield(chunk) } }
    }

    func setOutput(_ stdout: Data) { state.withLock { $0.stdout = stdout } }

    /// What a follower gets next, each time it asks, until `nil`.
    func setChunks(_ next: @escaping @Sendable () -> OutputChunk?) {
        state.withLock { $0.chunks = next }
    }

    func endOutput() {
        state.withLock { state in
            state.followers.forEach { $0.finish() }
            state.followers = []
        }
    }

    func breakStreams(with error: QueueError) {
        state.withLock { state in
            state.waits.forEach { $0.feed.finish(throwing: error) }
            state.waits = []
        }
    }

    // MARK: FutureService

    private func guarded<Value>(
        _ body: (inout State) throws(QueueError) -> Value
    ) throws(QueueError) -> Value {
        try state.withLock { state throws(QueueError) in
            if let failure = state.failure { throw failure }
            return try body(&state)
        }
    }

    private func waitWhileItHangs() async {
        if state.withLock({ $0.isHanging }) {
            await withCheckedContinuation { continuation in
                state.withLock { $0.hangs.append(continuation) }
                hungFeed.yield()
            }
        }
    }

    func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        await waitWhileItHangs()
        state.withLock { $0.onSubmit }?()
        return try guarded { state in
            submissions.map { submission in
                let id = FutureID(rawValue: Int64(state.records.count + 1))
                state.submissions.append(submission)
                state.records[id] = FutureRecord(
                    id: id, task: submission.task, arguments: submission.arguments,
                    pool: submission.pool, state: .pending,
                    submittedAt: Timestamp(milliseconds: 0), options: submission.options)
                return id
            }
        }
    }

    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await records(ids).map(\.snapshot)
    }

    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try guarded { state throws(QueueError) in try state.records(of: ids) }
    }

    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        let (completions, feed) = Completions.makeStream()
        feed.onTermination = { [abandonedFeed] reason in
            if case .cancelled = reason { abandonedFeed.yield() }
        }
        try guarded { state throws(QueueError) in
            let records = try state.records(of: ids)
            let ended = records.filter { $0.state.isTerminal }
            ended.forEach { feed.yield($0.snapshot) }
            let missing = Set(ids).subtracting(ended.map(\.id))
            if missing.isEmpty { return feed.finish() }
            state.waits.append((missing, feed))
            waitedFeed.yield()
        }
        return completions
    }

    func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        try guarded { state throws(QueueError) in
            state.cancels.append(request)
            return try ids.map { id throws(QueueError) in
                let record = try state.record(id)
                return CancelAnswer(id: record.id, kind: .neverRan, state: .cancelled)
            }
        }
    }

    func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try guarded { _ in ids.map { FutureID(rawValue: $0.rawValue + 100) } }
    }

    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try guarded { state in
            state.filters.append(filter)
            return FutureList(
                futures: state.records.values.sorted { $0.id > $1.id },
                unreadable: state.unreadable)
        }
    }

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try guarded { state throws(QueueError) in
            [HistoryEntry(at: try state.record(id).submittedAt, event: "submitted")]
        }
    }

    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        await waitWhileItHangs()
        return try guarded { state throws(QueueError) in
            _ = try state.record(id)
            return CapturedOutput(
                stdout: CapturedStream(bytes: state.stdout),
                stderr: CapturedStream(bytes: Data("oops".utf8), droppedByteCount: 7))
        }
    }

    func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        if let next = state.withLock({ $0.chunks }) { return OutputChunks(unfolding: { next() }) }
        let (chunks, feed) = OutputChunks.makeStream()
        try guarded { state throws(QueueError) in
            _ = try state.record(id)
            state.followers.append(feed)
        }
        followedFeed.yield()
        return chunks
    }

    func stats() async throws(QueueError) -> QueueStats {
        try guarded { state in
            var counts = QueueStats.Counts()
            counts.pending = state.records.count
            return QueueStats(queues: ["my_Queue": counts])
        }
    }

    func status() async throws(QueueError) -> ServiceStatus {
        try guarded { _ in Self.status }
    }

    static let status = ServiceStatus(
        phase: .serving, journal: "/tmp/journal.db",
        owner: OwnerIdentity(
            process: .current, program: "test", version: "1", socket: "/tmp/journal.db.sock"),
        pools: [.init(kind: .thread, capacity: 2, running: 1)], tasks: ["is_prime"], commits: 3,
        submits: 4)

    func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan {
        try guarded { _ in
            ShutdownPlan(request: request, entries: [.init(id: 1, state: .running, fate: .finish)])
        }
    }

    func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        try guarded { state in state.shutdowns.append(request) }
    }
}

extension MemoryService.State {
    fileprivate func record(_ id: FutureID) throws(QueueError) -> FutureRecord {
        guard let record = records[id] else {
            throw QueueError(.noSuchFuture, "There is no future \(id).")
        }
        return record
    }

    fileprivate func records(of ids: [FutureID]) throws(QueueError) -> [FutureRecord] {
        var found: [FutureRecord] = []
        for id in ids { found.append(try record(id)) }
        return found
    }
}
