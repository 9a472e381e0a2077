public import FutureModel

/// A handle on one future of a journal: the same type from every executor, in every process.
///
/// A handle holds no claim: dropping it changes nothing, and `future(id:of:)` of any
/// ``DurableExecutor`` makes another, on any day. Two handles are equal if they name the same
/// future of the same journal. Semantics are those of Python's `concurrent.futures.Future`; where
/// durability changes one, the method says so.
public struct Future<Value: Sendable>: Sendable {
    public let id: FutureID
    let core: ExecutorCore
    let cell: FutureCell
    let decoder: ValueDecoder<Value>

    init(
        id: FutureID, core: ExecutorCore, decoder: ValueDecoder<Value>,
        cell: FutureCell = FutureCell()
    ) {
        self.id = id
        self.core = core
        self.decoder = decoder
        self.cell = cell
    }
}

extension Future: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.core.journalPath == right.core.journalPath
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension Future {
    /// The value, once the future has succeeded; waits until it has ended.
    ///
    /// It can be asked for any number of times and gives the same answer each time.
    ///
    /// Inside of a task it lends the attempt's place in its pool until the future has ended, so
    /// that futures may wait for futures on the smallest pool.
    ///
    /// - Parameter timeout: how long to wait; `nil` is for ever, zero or less does not wait.
    /// - Throws: the task's error as itself if its type is registered, else as ``TaskFailure``;
    ///   ``CancelledError`` if the future was cancelled; `QueueError` with code `timedOut` at the
    ///   wait's own expiry, which leaves the future as it is; `CancellationError` if the caller
    ///   was cancelled, which leaves it as it is too; `waitCycle` inside of a task whose own end
    ///   the future waits for; `brokenPool` if the pool on which it is to run is.
    public func result(timeout: Duration? = nil) async throws -> Value {
        switch try await outcome(timeout: timeout) {
        case .succeeded(let value): return value
        case .failed(let error): throw error
        case .cancelled(let reason): throw CancelledError(reason: reason)
        }
    }

    /// The error with which the future failed, or `nil` if it succeeded; waits until it has ended.
    ///
    /// - Throws: as ``result(timeout:)``, but the task's own error is returned.
    public func exception(timeout: Duration? = nil) async throws -> (any Error)? {
        switch try await outcome(timeout: timeout) {
        case .succeeded: return nil
        case .failed(let error): return error
        case .cancelled(let reason): throw CancelledError(reason: reason)
        }
    }

    /// How the future ended, failure and cancellation being values; waits until it has.
    ///
    /// - Throws: only what keeps the outcome from being known: `timedOut`, a lost journal, a
    ///   stored value of another type (`typeMismatch`), the caller's cancellation.
    public func outcome(timeout: Duration? = nil) async throws -> Outcome<Value> {
        let snapshot = try await ended(timeout: timeout)
        return try await decoder.outcome(of: snapshot, core)
    }

    /// The snapshot of the ended future, from this process's memory if it is known here.
    func ended(timeout: Duration?) async throws -> FutureSnapshot {
        if let known = cell.snapshot { return known }
        if let timeout, timeout <= .zero {
            let now = try await current()
            guard now.state.isTerminal else { throw Self.timedOut(timeout) }
            return now
        }
        let (core, id) = (core, id)
        let snapshot = try await core.lending(until: [id], isBounded: timeout != nil) {
            do {
                return try await withTimeout(timeout, on: core.time) {
                    try await core.end(of: id)
                }
            } catch let error as QueueError where error.code == .shutDown {
                // It may have ended before its executor did.
                let last = try await current()
                if last.state.isTerminal { return last }
                throw error
            }
        }
        guard let snapshot else { throw Self.timedOut(timeout ?? .zero) }
        cell.fill(snapshot)
        return snapshot
    }

    private static func timedOut(_ timeout: Duration) -> QueueError {
        QueueError(.timedOut, "The future had not ended within \(timeout.milliseconds) ms.")
    }

    /// Where the future stands now.
    public var state: FutureState {
        get async throws(QueueError) { try await current().state }
    }

    /// Whether it was cancelled.
    public var isCancelled: Bool {
        get async throws(QueueError) { try await state == .cancelled }
    }

    /// Whether an attempt runs now. Running means running: nothing is prefetched under that name.
    public var isRunning: Bool {
        get async throws(QueueError) { try await state == .running }
    }

    /// Whether it has succeeded, failed or been cancelled.
    public var isDone: Bool {
        get async throws(QueueError) { try await state.isTerminal }
    }

    /// Cancels the future if it has not started: pending → cancelled, and it never runs.
    ///
    /// - Returns: whether the future is cancelled now; false for one that runs or has ended
    ///   otherwise, as in Python. ``terminate(grace:)`` stops a running one.
    @discardableResult
    public func cancel() async throws(QueueError) -> Bool {
        if let known = cell.snapshot { return known.state == .cancelled }
        do {
            let request = CancelRequest(pendingOnly: true)
            return try await core.service.cancel([id], request)[0].state == .cancelled
        } catch {
            // It may have ended before its executor did.
            guard error.code == .shutDown, try await current().state.isTerminal else { throw error }
            return try await current().state == .cancelled
        }
    }

    /// Cancels the future even if it runs, and returns once nothing of it runs any more.
    ///
    /// A command gets SIGTERM, and SIGKILL after `grace`; a function in a worker process is
    /// cancelled as a Swift task, and its process killed after `grace`; one on a thread can only
    /// be cancelled as a Swift task, and runs on if it does not heed that.
    ///
    /// - Parameter grace: `nil` is the grace time it was submitted with.
    public func terminate(grace: Duration? = nil) async throws(QueueError) -> Termination {
        let request = CancelRequest(pendingOnly: false, grace: grace)
        let answer = try await core.service.cancel([id], request)[0]
        return switch answer.kind {
        case .neverRan: .neverRan
        case .terminated: .terminated
        case .tooLate: .tooLate(answer.state)
        case .asked, .running: .asked
        }
    }
}

/// What `Future.terminate(grace:)` did.
public enum Termination: Sendable, Hashable {
    /// It was pending; it is cancelled and never ran.
    case neverRan
    /// It was running; it has been stopped and is cancelled.
    case terminated
    /// It had ended before it could be stopped.
    case tooLate(FutureState)
    /// A function on a thread was asked to stop and has not done so yet.
    case asked
}
