import FutureModel
import Synchronization

/// The queue as an attempt in a worker process reaches it: each call is a question to the owner.
final class WorkerLink: FutureService, SlotLender {
    private struct State {
        var nextNumber: UInt64 = 1
        var waiting: [UInt64: CheckedContinuation<AttemptAnswer, Never>] = [:]
        var isClosed = false
    }

    private let sequence: UInt64
    private let send: @Sendable (Frame) -> Void
    private let state = Mutex(State())

    /// - Parameter sequence: Of the attempt on whose behalf it asks.
    init(sequence: UInt64, send: @escaping @Sendable (Frame) -> Void) {
        self.sequence = sequence
        self.send = send
    }

    /// Hands out an answer that has come.
    func take(_ answer: AttemptAnswer, _ number: UInt64) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: answer)
    }

    /// The attempt has ended: who waits for an answer is refused, and so is who asks later.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: Self.tooLate) }
    }

    private func ask(_ request: AttemptRequest) async throws(QueueError) -> AttemptAnswer {
        let number = state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
        guard let frame = Frame.talk(.ask, number, request, sequence: sequence) else {
            throw QueueError(.payloadTooLarge, "That is too large to be asked for at once.")
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isClosed { state.waiting[number] = continuation }
                    return !state.isClosed
                }
                if isOpen { send(frame) } else { continuation.resume(returning: Self.tooLate) }
                // The cancellation may have come before there was anything to give up.
                if Task.isCancelled { forget(request, number) }
            }
        } onCancel: {
            forget(request, number)
        }
        if case .refused(let error) = answer { throw error }
        return answer
    }

    /// Only what waits for others is given up; what changes something is answered.
    private func forget(_ request: AttemptRequest, _ number: UInt64) {
        guard case .ends = request,
            let frame = Frame.talk(.ask, 0, AttemptRequest.forget(number), sequence: sequence)
        else { return }
        let waiting = state.withLock { $0.waiting.removeValue(forKey: number) }
        guard let waiting else { return }
        send(frame)
        waiting.resume(returning: .snapshots([]))
    }

    private static let tooLate = AttemptAnswer.refused(
        QueueError(
            .shutDown,
            "The attempt has ended, and its executor with it: what it had asked for may have been "
                + "done, nothing more is."))

    private static let misunderstood = QueueError(
        .ioError, "The owner answered something else than it was asked.")

    // MARK: FutureService

    func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        guard case .ids(let ids) = try await ask(.submit(submissions)) else {
            throw Self.misunderstood
        }
        return ids
    }

    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        guard case .records(let records) = try await ask(.records(ids)) else {
            throw Self.misunderstood
        }
        return records
    }

    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        guard case .snapshots(let snapshots) = try await ask(.snapshots(ids)) else {
            throw Self.misunderstood
        }
        return snapshots
    }

    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        _ = try await snapshots(ids)
        let (stream, feed) = Completions.makeStream()
        let asking = Task {
            do {
                var missing = Set(ids)
                while !missing.isEmpty {
                    guard case .snapshots(let ended) = try await ask(.ends(missing.sorted()))
                    else { throw Self.misunderstood }
                    try Task.checkCancellation()
                    for end in ended where missing.remove(end.id) != nil { feed.yield(end) }
                }
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        feed.onTermination = { _ in asking.cancel() }
        return stream
    }

    func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        guard case .cancelled(let answers) = try await ask(.cancel(ids, request)) else {
            throw Self.misunderstood
        }
        return answers
    }

    func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        guard case .ids(let ids) = try await ask(.retry(ids)) else { throw Self.misunderstood }
        return ids
    }

    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        guard case .list(let list) = try await ask(.list(filter)) else {
            throw Self.misunderstood
        }
        return list
    }

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        guard case .history(let entries) = try await ask(.history(id)) else {
            throw Self.misunderstood
        }
        return entries
    }

    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        guard case .output(let output) = try await ask(.output(id)) else {
            throw Self.misunderstood
        }
        return output
    }

    func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        throw QueueError(.badInput, "A worker process cannot follow the output of a command.")
    }

    func stats() async throws(QueueError) -> QueueStats {
        guard case .stats(let stats) = try await ask(.stats) else { throw Self.misunderstood }
        return stats
    }

    func status() async throws(QueueError) -> ServiceStatus {
        guard case .status(let status) = try await ask(.status) else { throw Self.misunderstood }
        return status
    }

    func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan {
        guard case .plan(let plan) = try await ask(.planShutdown(request)) else {
            throw Self.misunderstood
        }
        return plan
    }

    func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        _ = try await ask(.shutdown(request))
    }

    // MARK: SlotLender

    func lend(until ids: [FutureID], isBounded: Bool) async throws(QueueError) -> Int {
        guard case .ticket(let ticket) = try await ask(.lend(until: ids, isBounded: isBounded))
        else { throw Self.misunderstood }
        return ticket
    }

    func takeBack(_ ticket: Int) async { _ = try? await ask(.takeBack(ticket)) }
}
