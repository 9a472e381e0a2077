import FutureModel
import Synchronization

/// Answers, in the owner, what one attempt in a worker process asks.
final class AttemptDesk: Sendable {
    private let attempt: AttemptID
    private let owner: any AttemptOwner
    private let reply: @Sendable (UInt64, AttemptAnswer) -> Void
    private let open = Mutex<[UInt64: Task<Void, Never>]>([:])

    /// - Parameter reply: Sends an answer to the question of that number.
    init(
        _ attempt: AttemptID, _ owner: any AttemptOwner,
        reply: @escaping @Sendable (UInt64, AttemptAnswer) -> Void
    ) {
        self.attempt = attempt
        self.owner = owner
        self.reply = reply
    }

    /// Takes a frame with an ``AttemptRequest``; false if it can be none.
    func take(_ question: Frame) -> Bool {
        guard let number = question.number else { return false }
        open.withLock { open in
            // It may be long: whoever has read it has others to hear.
            open[number] = Task {
                let request = question.content(AttemptRequest.self)
                let answer = await self.answer(request, number)
                self.open.withLock { $0[number] = nil }
                self.reply(number, answer)
            }
        }
        return true
    }

    /// The attempt has ended: nobody waits for an answer.
    func close() {
        let left = open.withLock { open in
            defer { open = [:] }
            return open.values
        }
        for task in left { task.cancel() }
    }

    /// The answer, or the last of several.
    private func answer(_ request: AttemptRequest?, _ number: UInt64) async -> AttemptAnswer {
        let service = owner.attemptService
        do throws(QueueError) {
            switch request {
            case .submit(let submissions): return .ids(try await service.submit(submissions))
            case .records(let ids): return .records(try await service.records(ids))
            case .snapshots(let ids): return .snapshots(try await snapshots(ids))
            case .ends(let ids):
                try await tellEnds(of: ids, number)
                return .done
            case .cancel(let ids, let how): return .cancelled(try await service.cancel(ids, how))
            case .retry(let ids): return .ids(try await service.retry(ids))
            case .list(let filter): return .list(try await service.list(filter))
            case .history(let id): return .history(try await service.history(id))
            case .output(let id): return .output(try await service.output(id))
            case .stats: return .stats(try await service.stats())
            case .status: return .status(try await service.status())
            case .planShutdown(let request):
                return .plan(try await service.planShutdown(request))
            case .shutdown(let request):
                try await service.shutdown(request)
                return .done
            case .lend(let ids, let isBounded):
                return .ticket(try owner.lend(attempt, until: ids, isBounded: isBounded))
            case .takeBack(let ticket):
                _ = await owner.takeBack(attempt, ticket)
                return .done
            case .forget(let other):
                open.withLock { $0.removeValue(forKey: other) }?.cancel()
                return .done
            case nil:
                throw QueueError(.badInput, "The question was not understood.")
            }
        } catch {
            return .refused(error)
        }
    }

    /// As many of the first as one answer can hold, at least one.
    private func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        var found: [FutureSnapshot] = []
        var byteCount = 0
        for start in stride(from: 0, to: ids.count, by: Self.readCount) {
            let some = Array(ids[start..<min(start + Self.readCount, ids.count)])
            for snapshot in try await owner.attemptService.snapshots(some) {
                byteCount += snapshot.byteCount
                if byteCount > Self.answerByteCount, !found.isEmpty { return found }
                found.append(snapshot)
            }
        }
        return found
    }

    /// Snapshots that are read at once, of which all but those that fit are for nothing.
    private static let readCount = 64
    /// Leaves room for what their JSON has besides.
    private static let answerByteCount = Frame.bodyByteLimit / 4

    /// Answers with each of `ids` as it ends.
    private func tellEnds(of ids: [FutureID], _ number: UInt64) async throws(QueueError) {
        let completions = try await owner.attemptService.completions(of: ids)
        do {
            for try await end in completions { reply(number, .snapshots([end])) }
        } catch {
            throw error as? QueueError ?? QueueError(.ioError, "\(error)")
        }
    }
}

extension FutureSnapshot {
    /// Of its outcome, roughly.
    fileprivate var byteCount: Int {
        let outcomeByteCount =
            switch outcome {
            case .succeeded(let value)?: value.byteCount
            case .failed(let failure)?:
                failure.message.utf8.count + (failure.payload?.byteCount ?? 0)
            case .cancelled(let reason)?: reason.utf8.count
            case nil: 0
            }
        return outcomeByteCount + 100
    }
}
