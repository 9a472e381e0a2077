import FutureModel
import Synchronization

/// Waits for single futures, of which any number share one stream of ends.
///
/// What is asked for while a stream is being opened goes into the next one, so a thousand callers
/// cost a handful of streams. A stream is given up once nobody waits for anything of it.
final class EndWatch: Sendable {
    fileprivate typealias Waiter = CheckedContinuation<FutureSnapshot, any Error>

    fileprivate struct Batch {
        var waiterCount = 0
        var reading: Task<Void, Never>?
    }

    fileprivate struct State {
        var nextNumber = 0
        /// By the number of the wait.
        var waiters: [FutureID: [Int: Waiter]] = [:]
        var batchOf: [FutureID: Int] = [:]
        var batches: [Int: Batch] = [:]
        /// Not in a stream yet.
        var newcomers: Set<FutureID> = []
        var isOpening = false
    }

    private let subscribe: @Sendable ([FutureID]) async throws(QueueError) -> Completions
    private let state = Mutex(State())

    /// - Parameter subscribe: Opens a stream of the ends of futures.
    init(subscribe: @escaping @Sendable ([FutureID]) async throws(QueueError) -> Completions) {
        self.subscribe = subscribe
    }

    /// The snapshot of the ended future; waits until it has ended.
    func end(of id: FutureID) async throws -> FutureSnapshot {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let isToOpen = state.withLock { state -> Bool in
                    if state.waiters[id] == nil, state.batchOf[id] == nil {
                        state.newcomers.insert(id)
                    }
                    state.waiters[id, default: [:]][number] = waiter
                    if let batch = state.batchOf[id] { state.batches[batch]?.waiterCount += 1 }
                    if state.newcomers.isEmpty || state.isOpening { return false }
                    state.isOpening = true
                    return true
                }
                // The cancellation may have come before there was anything to give up.
                if Task.isCancelled { giveUp(id, number) }
                if isToOpen { Task.detached { await self.open() } }
            }
        } onCancel: {
            giveUp(id, number)
        }
    }

    /// Opens streams until there are no newcomers.
    private func open() async {
        while let (batch, ids) = state.withLock({ $0.nextBatch() }) {
            do {
                let completions = try await subscribe(ids)
                let reading = Task.detached { await self.read(completions, ids, batch) }
                let isWanted = state.withLock { state in
                    state.batches[batch]?.reading = reading
                    // Gone by now: read to its end, or given up before there was a reading.
                    return state.batches[batch].map { $0.waiterCount > 0 } ?? false
                }
                if !isWanted { reading.cancel() }
            } catch {
                end(ids, batch, with: error)
            }
        }
    }

    private func read(_ completions: Completions, _ ids: [FutureID], _ batch: Int) async {
        do {
            for try await snapshot in completions {
                let waiters = state.withLock { $0.take(snapshot.id, of: batch) }
                for waiter in waiters { waiter.resume(returning: snapshot) }
            }
            end(ids, batch, with: CancellationError())
        } catch {
            end(ids, batch, with: error)
        }
    }

    private func end(_ ids: [FutureID], _ batch: Int, with error: any Error) {
        let waiters = state.withLock { state in
            let waiters = ids.flatMap { state.take($0, of: batch) }
            state.batches[batch] = nil
            return waiters
        }
        for waiter in waiters { waiter.resume(throwing: error) }
    }

    private func giveUp(_ id: FutureID, _ number: Int) {
        let (waiter, reading) = state.withLock { state -> (Waiter?, Task<Void, Never>?) in
            guard let waiter = state.waiters[id]?.removeValue(forKey: number) else {
                return (nil, nil)
            }
            if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
            guard let batch = state.batchOf[id] else { return (waiter, nil) }
            state.batches[batch]?.waiterCount -= 1
            guard state.batches[batch]?.waiterCount == 0 else { return (waiter, nil) }
            defer { state.forget(batch) }
            return (waiter, state.batches[batch]?.reading)
        }
        reading?.cancel()
        waiter?.resume(throwing: CancellationError())
    }
}

extension EndWatch.State {
    fileprivate mutating func nextBatch() -> (batch: Int, ids: [FutureID])? {
        let ids = newcomers.filter { waiters[$0] != nil }.sorted()
        newcomers = []
        guard !ids.isEmpty else {
            isOpening = false
            return nil
        }
        nextNumber += 1
        var batch = EndWatch.Batch()
        for id in ids {
            batchOf[id] = nextNumber
            batch.waiterCount += waiters[id]?.count ?? 0
        }
        batches[nextNumber] = batch
        return (nextNumber, ids)
    }

    fileprivate mutating func take(_ id: FutureID, of batch: Int) -> [EndWatch.Waiter] {
        guard batchOf[id] == batch else { return [] }
        batchOf[id] = nil
        let taken = waiters.removeValue(forKey: id).map { Array($0.values) } ?? []
        batches[batch]?.waiterCount -= taken.count
        return taken
    }

    /// Nobody waits for anything of it; who asks again gets another stream.
    fileprivate mutating func forget(_ batch: Int) {
        batches[batch] = nil
        batchOf = batchOf.filter { $0.value != batch }
    }
}
