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
/// The watching begins with the call, whether anyone reads or not, and ends with the value.
final class CompletionWatch<Value: Sendable>: Sendable {
    private typealias Stream = AsyncThrowingStream<Future<Value>, any Error>

    private struct State {
        /// What has not ended; what has is dropped, the reader's alone.
        var missing: Set<Future<Value>>
        var unreadCount = 0
    }

    /// The part that the watching task keeps alive.
    private final class Shared: Sendable {
        let state: Mutex<State>
        let total: Int

        init(_ futures: Set<Future<Value>>) {
            state = Mutex(State(missing: futures))
            total = futures.count
        }

        var missing: Set<Future<Value>> { state.withLock { $0.missing } }
    }

    private let shared: Shared
    private let reading: Mutex<Stream>
    private let watching: Task<Void, Never>
    private let isBounded: Bool

    init(_ futures: Set<Future<Value>>, timeout: Duration?) {
        let shared = Shared(futures)
        let (stream, feed) = Stream.makeStream()
        self.shared = shared
        reading = Mutex(stream)
        isBounded = timeout != nil
        let deadline = timeout.map { ContinuousClock.now + $0 }
        // Detached: inside of an attempt it is its reader who waits.
        watching = Task.detached {
            do {
                // Even without any time what has ended is told.
                if timeout != nil {
                    for future in try await ended(among: shared.missing) {
                        Self.tell(future, shared, feed)
                    }
                }
                let left = deadline.map { ContinuousClock.now.duration(to: $0) }
                let isOver = try await withTimeout(left) {
                    try await Self.follow(shared, feed)
                    return true
                }
                let unfinished = shared.missing.count
                if isOver != nil || unfinished == 0 { return feed.finish() }
                feed.finish(
                    throwing: QueueError(
                        .timedOut, "\(unfinished) (of \(shared.total)) futures unfinished"))
            } catch {
                feed.finish(throwing: error)
            }
        }
    }

    deinit { watching.cancel() }

    func next() async throws -> Future<Value>? {
        try Task.checkCancellation()
        let (unread, missing) = shared.state.withLock { ($0.unreadCount, $0.missing) }
        guard unread == 0, let first = missing.first else { return try await read() }
        let path = first.core.journalPath
        let ids = missing.filter { $0.core.journalPath == path }.map(\.id)
        return try await first.core.lending(
            until: ids, isBounded: isBounded || ids.count < missing.count, read)
    }

    private func read() async throws -> Future<Value>? {
        var iterator = reading.withLock { $0 }.makeAsyncIterator()
        guard let future = try await iterator.next() else {
            try Task.checkCancellation()
            return nil
        }
        shared.state.withLock { $0.unreadCount -= 1 }
        return future
    }

    private static func tell(
        _ future: Future<Value>, _ shared: Shared, _ feed: Stream.Continuation
    ) {
        let isNew = shared.state.withLock { state in
            guard state.missing.remove(future) != nil else { return false }
            state.unreadCount += 1
            return true
        }
        if isNew { feed.yield(future) }
    }

    private static func follow(_ shared: Shared, _ feed: Stream.Continuation) async throws {
        let journals = Dictionary(grouping: shared.missing, by: \.core.journalPath)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for futures in journals.values {
                group.addTask {
                    do {
                        try await follow(futures, shared, feed)
                    } catch let error as QueueError where error.code == .shutDown {
                        // What ended before its executor did is told all the same.
                        let rest = shared.missing.intersection(futures)
                        let last = try await ended(among: rest)
                        for future in last { tell(future, shared, feed) }
                        if last.count < rest.count { throw error }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func follow(
        _ futures: [Future<Value>], _ shared: Shared, _ feed: Stream.Continuation
    ) async throws {
        var byID = Dictionary(uniqueKeysWithValues: futures.map { ($0.id, $0) })
        let service = futures[0].core.service
        for try await end in try await service.completions(of: futures.map(\.id)) {
            guard let future = byID.removeValue(forKey: end.id) else { continue }
            future.cell.fill(end)
            tell(future, shared, feed)
        }
    }
}
