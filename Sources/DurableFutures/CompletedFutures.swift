import FutureModel
import Synchronization

/// The futures of ``asCompleted(_:timeout:)``, in the order in which they end. To be read once.
public struct CompletedFutures<Value: Sendable>: AsyncSequence, Sendable {
    private let watch: CompletionWatch<Value>

    init(futures: Set<Future<Value>>, timeout: Duration?) {
        watch = CompletionWatch(futures, timeout: timeout)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(watch: watch) }

    public struct Iterator: AsyncIteratorProtocol {
        let watch: CompletionWatch<Value>

        public mutating func next() async throws -> Future<Value>? { try await watch.next() }
    }
}

/// One `asCompleted`: what has ended and was not read, and what has not ended.
///
/// The watching begins with the call, whether anyone reads or not, and ends with the value. What
/// has been read is the reader's alone.
final class CompletionWatch<Value: Sendable>: Sendable {
    private typealias Stream = AsyncThrowingStream<Future<Value>, any Error>

    private let waiting: WaitingFutures<Value>
    private let reading: Mutex<Stream>
    private let watching: Task<Void, Never>
    private let isBounded: Bool

    init(_ futures: Set<Future<Value>>, timeout: Duration?) {
        let waiting = WaitingFutures(futures)
        let (stream, feed) = Stream.makeStream()
        self.waiting = waiting
        reading = Mutex(stream)
        isBounded = timeout != nil
        let time = futures.first?.core.time ?? SystemTime()
        let deadline = timeout.map { time.elapsed + $0 }
        // Detached: inside of an attempt it is its reader who waits.
        watching = Task.detached {
            do {
                // Even without any time what has ended is told.
                if deadline != nil {
                    for journal in waiting.journals {
                        try await Self.tellEnded(of: journal, waiting, feed)
                    }
                }
                let isOver = try await withTimeout(deadline.map { $0 - time.elapsed }, on: time) {
                    try await Self.follow(waiting, feed)
                    return true
                }
                let unfinished = waiting.count
                if isOver != nil || unfinished == 0 { return feed.finish() }
                feed.finish(
                    throwing: QueueError(
                        .timedOut, "\(unfinished) (of \(waiting.total)) futures unfinished"))
            } catch {
                feed.finish(throwing: error)
            }
        }
    }

    deinit { watching.cancel() }

    func next() async throws -> Future<Value>? {
        try Task.checkCancellation()
        guard AttemptLink.current != nil, let journal = waiting.journalToWaitFor else {
            return try await read()
        }
        return try await journal.core.lending(
            until: journal.ids, isBounded: isBounded || !journal.isOnly, read)
    }

    private func read() async throws -> Future<Value>? {
        var iterator = reading.withLock { $0 }.makeAsyncIterator()
        guard let future = try await iterator.next() else {
            try Task.checkCancellation()
            return nil
        }
        waiting.wasRead()
        return future
    }

    private static func follow(
        _ waiting: WaitingFutures<Value>, _ feed: Stream.Continuation
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for journal in waiting.journals {
                group.addTask {
                    do {
                        let ends = try await journal.core.service.completions(of: journal.ids)
                        for try await end in ends { tell(end, in: journal, waiting, feed) }
                    } catch let error as QueueError where error.code == .shutDown {
                        // What ended before its executor did is told all the same.
                        try await tellEnded(of: journal, waiting, feed)
                        if waiting.isWaiting(in: journal) { throw error }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Tells what has ended by now, after one look at the journal.
    private static func tellEnded(
        of journal: WaitingFutures<Value>.Journal, _ waiting: WaitingFutures<Value>,
        _ feed: Stream.Continuation
    ) async throws(QueueError) {
        for snapshot in try await journal.core.snapshots(journal.ids)
        where snapshot.state.isTerminal {
            tell(snapshot, in: journal, waiting, feed)
        }
    }

    private static func tell(
        _ end: FutureSnapshot, in journal: WaitingFutures<Value>.Journal,
        _ waiting: WaitingFutures<Value>, _ feed: Stream.Continuation
    ) {
        guard let future = waiting.take(end.id, in: journal) else { return }
        future.cell.fill(end)
        feed.yield(future)
    }
}
