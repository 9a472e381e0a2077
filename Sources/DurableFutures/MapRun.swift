import FutureModel

/// One `map`: submits the inputs ahead of the reader, and hands out their places in their order.
///
/// Submitting begins when the run is made, whether anyone reads or not: all inputs at once, in
/// batches of one commit each, or with a buffer size only as far ahead as that allows. What has
/// been read is let go of.
final class MapRun<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    typealias Pair = (input: Input, item: MapItem<Output>)

    let pairs: AsyncThrowingStream<Pair, any Error>
    private let core: ExecutorCore
    private let permits: MapPermits
    /// At its end, the futures that came too late for a reader who had gone away.
    private let submitting: Task<[FutureID], Never>
    private let time: any TimeSource
    /// By the monotonic clock of ``time``.
    private let deadline: Duration?

    /// - Parameter refusal: why nothing is to be submitted, which is then what reading throws.
    init(
        over inputs: some Sequence<Input> & Sendable, timeout: Duration?, bufferSize: Int?,
        plan: MapPlan<Input, Output>, refusal: QueueError?
    ) {
        let (pairs, continuation) = AsyncThrowingStream<Pair, any Error>.makeStream()
        let permits = MapPermits(bufferSize: bufferSize, step: plan.chunkSize)
        self.pairs = pairs
        core = plan.core
        self.permits = permits
        let time = plan.core.time
        self.time = time
        deadline = timeout.map { time.elapsed + $0 }
        submitting = Task {
            var late: [FutureID] = []
            do {
                if let refusal { throw refusal }
                var rest = inputs.makeIterator()
                var futureCount = 0
                // Whole chunks, so that the same inputs make the same futures each time.
                let most = max(1, mapBatchCount / plan.chunkSize) * plan.chunkSize
                var (left, isOver) = (0, false)
                while !isOver {
                    if left == 0 { left = await permits.take(upTo: most) }
                    let batch = try plan.draw(left, from: &rest)
                    if batch.inputs.isEmpty { break }
                    let items = try await plan.submit(batch, after: futureCount)
                    for pair in zip(batch.inputs, items) {
                        if case .terminated = continuation.yield(pair) { late.append(pair.1.id) }
                    }
                    futureCount += plan.futureCount(of: batch.inputs.count)
                    left -= batch.inputs.count
                    isOver = batch.isLast
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
            return late
        }
    }

    deinit { permits.abandon() }

    /// The outcome at `item`, to which the reader has come; makes room for another input.
    func outcome(at item: MapItem<Output>) async throws -> Outcome<Output> {
        defer { permits.giveBack() }
        return try await item.outcome(deadline.map { $0 - time.elapsed })
    }

    /// Stops submitting and cancels what has not started, `current` included.
    func cancelRest(_ current: MapItem<Output>?) async {
        permits.close()
        let late = await submitting.value
        var ids = current.map { [$0.id] } ?? []
        do {
            for try await pair in pairs { ids.append(pair.item.id) }
        } catch {
            // What could not be submitted needs no cancelling.
        }
        ids += late
        if ids.isEmpty { return }
        // The reader has an error to hear of already, or has gone away.
        ids.removeDuplicates()
        _ = try? await core.service.cancel(ids, CancelRequest(pendingOnly: true))
    }
}

/// The reading of a run, from its first `next` on; ended early, it cancels what has not started.
final class MapReading<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    private let run: MapRun<Input, Output>

    init(_ run: MapRun<Input, Output>) { self.run = run }

    deinit {
        let run = run
        Task { await run.cancelRest(nil) }
    }
}

extension [FutureID] {
    /// Of the calls of one future, which stand together, only the first stays.
    fileprivate mutating func removeDuplicates() {
        self = enumerated().filter { $0 == 0 || self[$0 - 1] != $1 }.map(\.element)
    }
}
