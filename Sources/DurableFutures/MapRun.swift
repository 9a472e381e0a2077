import FutureModel

/// One `map`: submits the inputs ahead of the reader, and hands out the futures in their order.
///
/// Submitting begins when the run is made, whether anyone reads or not: all inputs at once, in
/// batches of one commit each, or with a buffer size only as far ahead as that allows.
final class MapRun<Input: Sendable, Output: Sendable>: Sendable {
    typealias Pair = (input: Input, future: Future<Output>)
    typealias Submit = @Sendable ([Input]) async throws -> [Future<Output>]

    let pairs: AsyncThrowingStream<Pair, any Error>
    private let permits: MapPermits
    private let submitting: Task<Void, Never>
    private let deadline: ContinuousClock.Instant?

    init(
        over inputs: some Sequence<Input> & Sendable, timeout: Duration?, bufferSize: Int?,
        submit: @escaping Submit
    ) {
        let (pairs, continuation) = AsyncThrowingStream<Pair, any Error>.makeStream()
        let permits = MapPermits(bufferSize: bufferSize)
        self.pairs = pairs
        self.permits = permits
        deadline = timeout.map { .now + $0 }
        submitting = Task {
            do {
                guard bufferSize.map({ $0 > 0 }) ?? true else {
                    throw QueueError(.badInput, "bufferSize must be nil or > 0")
                }
                var rest = inputs.makeIterator()
                while case let count = await permits.take(upTo: mapBatchCount), count > 0 {
                    var batch: [Input] = []
                    while batch.count < count, let input = rest.next() { batch.append(input) }
                    if batch.isEmpty { break }
                    for pair in zip(batch, try await submit(batch)) { continuation.yield(pair) }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
    }

    /// The outcome of `future`, which the reader has come to; makes room for another input.
    func outcome(of future: Future<Output>) async throws -> Outcome<Output> {
        defer { permits.giveBack() }
        let timeout = deadline.map { ContinuousClock.now.duration(to: $0) }
        return try await future.outcome(timeout: timeout)
    }

    /// Stops submitting and cancels what has not started, `current` included.
    func cancelRest(_ current: Future<Output>?) async {
        permits.close()
        await submitting.value
        var rest = current.map { [$0] } ?? []
        do {
            for try await pair in pairs { rest.append(pair.future) }
        } catch {
            // What could not be submitted needs no cancelling.
        }
        guard let core = rest.first?.core else { return }
        // The reader has an error to hear of already, or has gone away.
        _ = try? await core.service.cancel(rest.map(\.id), CancelRequest(pendingOnly: true))
    }
}

/// Inputs that one commit takes.
let mapBatchCount = 256

/// The reading of a run, from its first `next` on; ended early, it cancels what has not started.
final class MapReading<Input: Sendable, Output: Sendable>: Sendable {
    private let run: MapRun<Input, Output>

    init(_ run: MapRun<Input, Output>) { self.run = run }

    deinit {
        let run = run
        Task { await run.cancelRest(nil) }
    }
}
