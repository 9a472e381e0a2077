import FutureModel

/// When ``wait(_:timeout:returnWhen:)`` returns.
public enum ReturnWhen: Sendable, Hashable, CaseIterable {
    /// When every future has ended.
    case allCompleted
    /// When any has ended.
    case firstCompleted
    /// When any has failed; if none fails, when all have ended. A cancelled one has not failed.
    case firstException
}

/// Waits for several futures, of any executors, duplicates counted once.
///
/// - Parameter timeout: how long to wait; `nil` is for ever. Its expiry is no error.
/// - Returns: those that have ended, and the others.
/// - Throws: `QueueError` if a journal cannot be read or does not know a future;
///   `CancellationError` if the caller was cancelled. The futures are left as they are.
public func wait<Value>(
    _ futures: some Sequence<Future<Value>>, timeout: Duration? = nil,
    returnWhen: ReturnWhen = .allCompleted
) async throws -> (done: Set<Future<Value>>, notDone: Set<Future<Value>>) {
    let all = Set(futures)
    var done: Set<Future<Value>> = []
    var isEnough = all.isEmpty
    func take(_ future: Future<Value>) {
        done.insert(future)
        switch returnWhen {
        case .allCompleted: break
        case .firstCompleted: isEnough = true
        case .firstException: if future.cell.snapshot?.state == .failed { isEnough = true }
        }
    }
    for future in try await ended(among: all) { take(future) }
    let rest = all.subtracting(done)
    if isEnough || rest.isEmpty { return (done, rest) }
    if timeout.map({ $0 > .zero }) ?? true {
        do {
            for try await future in asCompleted(rest, timeout: timeout) {
                take(future)
                if isEnough { break }
            }
        } catch let error as QueueError where error.code == .timedOut {
            // The expiry of a wait is its answer, not an error.
        }
    }
    return (done, all.subtracting(done))
}

/// Those of `futures` that have ended by now; one look at each journal.
private func ended<Value>(
    among futures: Set<Future<Value>>
) async throws -> [Future<Value>] {
    var ended: [Future<Value>] = []
    for futures in Dictionary(grouping: futures, by: \.core.journalPath).values {
        let snapshots = try await futures[0].core.service.snapshots(futures.map(\.id))
        for (future, snapshot) in zip(futures, snapshots) where snapshot.state.isTerminal {
            future.cell.fill(snapshot)
            ended.append(future)
        }
    }
    return ended
}

/// Yields each future once as it ends, duplicates once; those that have ended come first.
///
/// - Parameter timeout: from this call to the end of the last future; `nil` is no bound. At its
///   expiry the sequence throws `QueueError` with code `timedOut`, after yielding what has ended.
public func asCompleted<Value>(
    _ futures: some Sequence<Future<Value>>, timeout: Duration? = nil
) -> CompletedFutures<Value> {
    CompletedFutures(futures: Set(futures), timeout: timeout)
}

/// The futures of ``asCompleted(_:timeout:)``, in the order in which they end.
public struct CompletedFutures<Value: Sendable>: AsyncSequence, Sendable {
    private let stream: AsyncThrowingStream<Future<Value>, any Error>

    init(futures: Set<Future<Value>>, timeout: Duration?) {
        let (stream, continuation) = AsyncThrowingStream<Future<Value>, any Error>.makeStream()
        self.stream = stream
        let watching = Task {
            do {
                let isComplete = try await withTimeout(timeout) {
                    try await Self.watch(futures, continuation)
                    return true
                }
                if isComplete != nil { return continuation.finish() }
                continuation.finish(throwing: Self.expiry(of: futures))
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in watching.cancel() }
    }

    private static func watch(
        _ futures: Set<Future<Value>>,
        _ continuation: AsyncThrowingStream<Future<Value>, any Error>.Continuation
    ) async throws {
        let journals = Dictionary(grouping: futures) { $0.core.journalPath }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for futures in journals.values {
                group.addTask {
                    let service = futures[0].core.service
                    let byID = Dictionary(uniqueKeysWithValues: futures.map { ($0.id, $0) })
                    for try await snapshot in try await service.completions(of: futures.map(\.id)) {
                        guard let future = byID[snapshot.id] else { continue }
                        future.cell.fill(snapshot)
                        continuation.yield(future)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func expiry(of futures: Set<Future<Value>>) -> QueueError {
        let unfinished = futures.count { $0.cell.snapshot == nil }
        return QueueError(.timedOut, "\(unfinished) (of \(futures.count)) futures unfinished")
    }

    public func makeAsyncIterator() -> Iterator { Iterator(base: stream.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncThrowingStream<Future<Value>, any Error>.Iterator

        public mutating func next() async throws -> Future<Value>? {
            guard let future = try await base.next() else {
                try Task.checkCancellation()
                return nil
            }
            return future
        }
    }
}
