import FutureModel

/// What ``DurableExecutor/map(_:over:timeout:chunkSize:bufferSize:key:options:)`` yields: the
/// values, in the order of the inputs. To be read once.
///
/// A call that failed, was cancelled or did not end in time throws when its turn comes; then the
/// sequence is over, and what has not started is cancelled. Leaving the loop early does that too.
public struct MappedResults<Input: Codable & Sendable, Output: Codable & Sendable>: AsyncSequence,
    Sendable
{
    let run: MapRun<Input, Output>

    /// The same results, each with the input that it came from.
    public var withInputs: MappedPairs<Input, Output> { MappedPairs(run: run) }

    public func makeAsyncIterator() -> Iterator { Iterator(pairs: withInputs.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        var pairs: MappedPairs<Input, Output>.Iterator

        public mutating func next() async throws -> Output? { try await pairs.next()?.1 }
    }
}

/// The results of a `map`, each with its input.
public struct MappedPairs<Input: Codable & Sendable, Output: Codable & Sendable>: AsyncSequence,
    Sendable
{
    let run: MapRun<Input, Output>

    public func makeAsyncIterator() -> Iterator { Iterator(cursor: MapCursor(run)) }

    public struct Iterator: AsyncIteratorProtocol {
        var cursor: MapCursor<Input, Output>

        public mutating func next() async throws -> (Input, Output)? {
            guard let (input, item) = try await cursor.next() else { return nil }
            do {
                switch try await cursor.run.outcome(at: item) {
                case .succeeded(let value): return (input, value)
                case .failed(let error): throw error
                case .cancelled(let reason): throw CancelledError(reason: reason)
                }
            } catch {
                await cursor.stop(at: item)
                throw error
            }
        }
    }
}

/// What ``DurableExecutor/mapOutcomes(_:over:timeout:chunkSize:bufferSize:key:options:)`` yields:
/// an ``Outcome`` for every input, in their order. To be read once.
public struct MappedOutcomes<Input: Codable & Sendable, Output: Codable & Sendable>: AsyncSequence,
    Sendable
{
    let run: MapRun<Input, Output>

    public func makeAsyncIterator() -> Iterator { Iterator(cursor: MapCursor(run)) }

    public struct Iterator: AsyncIteratorProtocol {
        var cursor: MapCursor<Input, Output>

        public mutating func next() async throws -> Outcome<Output>? {
            guard let (_, item) = try await cursor.next() else { return nil }
            do {
                return try await cursor.run.outcome(at: item)
            } catch {
                await cursor.stop(at: item)
                throw error
            }
        }
    }
}

/// Walks the futures of a run; from the first step to the last or to ``stop(at:)`` it holds the
/// reading open.
struct MapCursor<Input: Codable & Sendable, Output: Codable & Sendable> {
    let run: MapRun<Input, Output>
    private var pairs: AsyncThrowingStream<MapRun<Input, Output>.Pair, any Error>.Iterator
    private var reading: MapReading<Input, Output>?
    private var isOver = false

    init(_ run: MapRun<Input, Output>) {
        self.run = run
        pairs = run.pairs.makeAsyncIterator()
    }

    mutating func next() async throws -> MapRun<Input, Output>.Pair? {
        if isOver { return nil }
        if reading == nil { reading = MapReading(run) }
        let pair = try await pairs.next()
        guard let pair else {
            isOver = true
            // The stream of a cancelled reader ends as one that was read to its end does.
            try Task.checkCancellation()
            return nil
        }
        return pair
    }

    mutating func stop(at item: MapItem<Output>) async {
        isOver = true
        await run.cancelRest(item)
    }
}
