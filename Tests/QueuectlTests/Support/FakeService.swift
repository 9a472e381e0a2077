import Foundation
import FutureModel
import Synchronization

/// Futures in memory; a test moves them from state to state.
final class FakeService: FutureService {
    struct State {
        var records: [FutureID: FutureRecord] = [:]
        var submissions: [Submission] = []
        var cancelRequests: [CancelRequest] = []
        var shutdownRequests: [ShutdownRequest] = []
        /// Of a plan.
        var unlisted = 0
        var history: [HistoryEntry] = []
        var unreadable: [UnreadableFuture] = []
        var filters: [ListFilter] = []
        var status = ServiceStatus(phase: .serving, journal: "/journal.db")
        /// Running futures can only be asked to stop.
        var onlyAsks = false
        /// Submits are taken, and not answered before ``answerSubmits()``.
        var holdsSubmits = false
        fileprivate var unanswered: [CheckedContinuation<Void, Never>] = []
        var failure: QueueError?
        /// Of ``status()`` only.
        var statusFailure: QueueError?
        fileprivate var waiting: [(ids: Set<FutureID>, feed: Completions.Continuation)] = []
        fileprivate var following: [(id: FutureID, feed: OutputChunks.Continuation)] = []
    }

    let state = Mutex(State())
    /// An element for each call that begins to wait or to follow.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    init() { (arrivals, arrived) = AsyncStream.makeStream() }

    func add(_ records: FutureRecord...) {
        state.withLock { state in
            for record in records { state.records[record.id] = record }
        }
    }

    func end(_ id: FutureID, _ outcome: RecordedOutcome) {
        state.withLock { $0.end(id, outcome) }
    }

    /// Bytes of stdout over the limit.
    func drop(_ count: Int, from id: FutureID) {
        let output = CapturedOutput(stdout: CapturedStream(droppedByteCount: count))
        state.withLock { $0.records[id]?.output = output }
    }

    func emit(_ text: String, _ stream: OutputStreamName, from id: FutureID) {
        let chunk = OutputChunk(stream: stream, bytes: Data(text.utf8))
        state.withLock { state in
            for follower in state.following where follower.id == id { follower.feed.yield(chunk) }
        }
    }

    private func with<Value: Sendable>(
        _ body: (inout State) throws(QueueError) -> Value
    ) throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            do throws(QueueError) { return .success(try body(&state)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        let ids = try with { (state) in
            state.submissions += submissions
            return submissions.map { state.add($0) }
        }
        if state.withLock({ $0.holdsSubmits }) {
            await withCheckedContinuation { continuation in
                state.withLock { $0.unanswered.append(continuation) }
                arrived.yield()
            }
        }
        return ids
    }

    func answerSubmits() {
        let waiting = state.withLock { state in
            defer { state.unanswered = [] }
            return state.unanswered
        }
        for continuation in waiting { continuation.resume() }
    }

    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await records(ids).map(\.snapshot)
    }

    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try with { (state) throws(QueueError) in try state.find(ids) }
    }

    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        let completions = try with { (state) throws(QueueError) in
            let (completions, feed) = Completions.makeStream()
            var open: Set<FutureID> = []
            for record in try state.find(ids) {
                if record.state.isTerminal {
                    feed.yield(record.snapshot)
                } else {
                    open.insert(record.id)
                }
            }
            if open.isEmpty { feed.finish() } else { state.waiting.append((open, feed)) }
            return completions
        }
        arrived.yield()
        return completions
    }

    func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        try with { (state) throws(QueueError) in
            state.cancelRequests.append(request)
            return try state.find(ids).map { state.cancel($0, request) }
        }
    }

    func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try with { (state) throws(QueueError) in
            try state.find(ids).map { old in
                var record = FutureRecord(
                    id: state.nextID, task: old.task, state: .pending, submittedAt: TestTime.noon)
                record.retryOf = old.id
                state.records[record.id] = record
                return record.id
            }
        }
    }

    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try with { (state) in
            state.filters.append(filter)
            return FutureList(
                futures: state.records.values.sorted { $0.id > $1.id },
                unreadable: state.unreadable)
        }
    }

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try with { (state) throws(QueueError) in
            _ = try state.find([id])
            return state.history
        }
    }

    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await records([id])[0].output ?? CapturedOutput()
    }

    func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        let chunks = try with { (state) throws(QueueError) in
            let (chunks, feed) = OutputChunks.makeStream()
            let record = try state.find([id])[0]
            if let output = record.output {
                for name in OutputStreamName.allCases where !output[name].bytes.isEmpty {
                    feed.yield(OutputChunk(stream: name, bytes: output[name].bytes))
                }
            }
            if record.state.isTerminal { feed.finish() } else { state.following.append((id, feed)) }
            return chunks
        }
        arrived.yield()
        return chunks
    }

    func stats() async throws(QueueError) -> QueueStats {
        try with { (state) in
            var queues: [String: QueueStats.Counts] = [:]
            for record in state.records.values {
                queues[record.options.queue, default: .init()][record.state] += 1
            }
            return QueueStats(queues: queues)
        }
    }

    func status() async throws(QueueError) -> ServiceStatus {
        try with { (state) throws(QueueError) in
            if let failure = state.statusFailure { throw failure }
            return state.status
        }
    }

    func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan {
        try with { (state) in
            let open = state.records.values.filter { !$0.state.isTerminal }.sorted { $0.id < $1.id }
            return ShutdownPlan(
                request: request,
                entries: open.map { record in
                    let fate =
                        record.state == .pending
                        ? request.fateOfPending : request.fate(ofRunning: record.options)
                    return .init(id: record.id, state: record.state, fate: fate)
                }, unlisted: state.unlisted)
        }
    }

    func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        try with { (state) in
            state.shutdownRequests.append(request)
            state.status.phase = .noOwner
            state.status.owner = nil
        }
    }
}

extension FakeService.State {
    var nextID: FutureID { FutureID(rawValue: (records.keys.max()?.rawValue ?? 0) + 1) }

    mutating func add(_ submission: Submission) -> FutureID {
        let id = nextID
        var record = FutureRecord(
            id: id, task: submission.task, state: .pending, submittedAt: TestTime.noon,
            options: submission.options)
        record.command = try? submission.arguments.decode(as: Command.self)
        records[id] = record
        return id
    }

    func find(_ ids: [FutureID]) throws(QueueError) -> [FutureRecord] {
        var found: [FutureRecord] = []
        for id in ids {
            guard let record = records[id] else {
                throw QueueError(.noSuchFuture, "There is no future \(id).")
            }
            found.append(record)
        }
        return found
    }

    mutating func end(_ id: FutureID, _ outcome: RecordedOutcome) {
        guard var record = records[id] else { return }
        record.state = outcome.state
        record.outcome = outcome
        record.finishedAt = TestTime.noon
        records[id] = record
        for follower in following where follower.id == id { follower.feed.finish() }
        for index in waiting.indices where waiting[index].ids.remove(id) != nil {
            waiting[index].feed.yield(record.snapshot)
            if waiting[index].ids.isEmpty { waiting[index].feed.finish() }
        }
    }

    mutating func cancel(_ record: FutureRecord, _ request: CancelRequest) -> CancelAnswer {
        func answer(_ kind: CancelAnswer.Kind) -> CancelAnswer {
            CancelAnswer(id: record.id, kind: kind, state: records[record.id]!.state)
        }
        switch record.state {
        case .pending:
            end(record.id, .cancelled(reason: "cancelled"))
            return answer(.neverRan)
        case .running where request.pendingOnly: return answer(.running)
        case .running where onlyAsks: return answer(.asked)
        case .running:
            end(record.id, .cancelled(reason: "cancelled"))
            return answer(.terminated)
        case .succeeded, .failed, .cancelled: return answer(.tooLate)
        }
    }
}

extension FakeService {
    /// Returns when a call has begun to wait or to follow.
    func arrival() async {
        for await _ in arrivals { return }
    }
}
