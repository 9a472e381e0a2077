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
/// - Parameters:
///   - futures: of one type; futures of several are waited for as ``AnyFuture``.
///   - timeout: how long to wait; `nil` is for ever. Its expiry is no error.
///   - returnWhen: what ends the wait.
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
func ended<Value>(among futures: Set<Future<Value>>) async throws -> [Future<Value>] {
    var ended: [Future<Value>] = []
    for futures in Dictionary(grouping: futures, by: \.core.journalPath).values {
        let snapshots = try await futures[0].core.snapshots(futures.map(\.id))
        for (future, snapshot) in zip(futures, snapshots) where snapshot.state.isTerminal {
            future.cell.fill(snapshot)
            ended.append(future)
        }
    }
    return ended
}

/// Yields each future once as it ends, duplicates once; those that have ended come first.
///
/// - Parameters:
///   - futures: of one type; futures of several are waited for as ``AnyFuture``.
///   - timeout: from this call to the end of the last future; `nil` is no bound. At its expiry the
///     sequence throws `QueueError` with code `timedOut`, after yielding what has ended.
public func asCompleted<Value>(
    _ futures: some Sequence<Future<Value>>, timeout: Duration? = nil
) -> CompletedFutures<Value> {
    CompletedFutures(futures: Set(futures), timeout: timeout)
}
