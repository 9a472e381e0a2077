import FutureModel
import Synchronization

/// The queue as an attempt in a worker process reaches it: each call is a question to the owner.
final class WorkerLink: FutureService, SlotLender {
    private enum Waiter {
        case answer(CheckedContinuation<AttemptAnswer, Never>)
        /// For ends, which are answered one by one, up to ``AttemptAnswer/done``.
        case ends(Completions.Continuation)

        func take(_ answer: AttemptAnswer) {
            switch (self, answer) {
            case (.answer(let continuation), _): continuation.resume(returning: answer)
            case (.ends(let feed), .snapshots(let ended)): for end in ended { feed.yield(end) }
            case (.ends(let feed), .done): feed.finish()
            case (.ends(let feed), .refused(let error)): feed.finish(throwing: error)
            case (.ends(let feed), _): feed.finish(throwing: WorkerLink.misunderstood)
            }
        }
    }

    private struct State {
        var nextNumber: UInt64 = 1
        var waiting: [UInt64: Waiter] = [:]
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
        let waiter = state.withLock { state in
            if case .snapshots = answer, case .ends? = state.waiting[number] {
                return state.waiting[number]
            }
            return state.waiting.removeValue(forKey: number)
        }
        waiter?.take(answer)
    }

    /// The attempt has ended: who waits for an answer is refused, and so is who asks later.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.take(Self.tooLate) }
    }

    private func ask(_ request: AttemptRequest) async throws(QueueError) -> AttemptAnswer {
        let (number, frame) = try question(request)
        let answer = await withCheckedContinuation { ask(frame, number, .answer($0)) }
        if case .refused(let error) = answer { throw error }
        return answer
    }

    private func question(
        _ request: AttemptRequest
    ) throws(QueueError) -> (number: UInt64, frame: Frame) {
        let number = state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
        guard let frame = Frame.talk(.ask, number, request, sequence: sequence) else {
            throw QueueError(
                .payloadTooLarge,
                "A worker process asks for at most \(Frame.bodyByteLimit) bytes at once.")
        }
        return (number, frame)
    }

    private func ask(_ frame: Frame, _ number: UInt64, _ waiter: Waiter) {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.waiting[number] = waiter }
            return !state.isClosed
        }
        if isOpen { send(frame) } else { waiter.take(Self.tooLate) }
    }

    /// Nobody waits for the ends of that question any more; does nothing if all have come.
    private func forget(_ number: UInt64) {
        let isOpen = state.withLock { $0.waiting.removeValue(forKey: number) } != nil
        let request = AttemptRequest.forget(number)
        guard isOpen, let frame = Frame.talk(.ask, 0, request, sequence: sequence) else { return }
        send(frame)
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
        var found: [FutureSnapshot] = []
        while found.count < ids.count {
            let rest = Array(ids[found.count...])
            guard case .snapshots(let some) = try await ask(.snapshots(rest)), !some.isEmpty
            else { throw Self.misunderstood }
            found += some
        }
        return found
    }

    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        let (number, frame) = try question(.ends(ids))
        let (stream, feed) = Completions.makeStream()
        feed.onTermination = { [weak self] _ in self?.forget(number) }
        ask(frame, number, .ends(feed))
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
