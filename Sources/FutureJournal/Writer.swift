import Dispatch
import Foundation
import FutureModel
import Synchronization

/// The way in to the writer's thread: operations are handed over here, from any thread.
final class Writer: Sendable {
    private let queue = Mutex(GroupCommitQueue())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let tally = Mutex(JournalCounters())
    private let listener = Mutex(Listener())

    var counters: JournalCounters { tally.withLock { $0 } }

    /// Operations that wait for the transaction after the current one.
    var backlog: Int { queue.withLock { $0.count } }

    func setListener(_ listener: @escaping @Sendable (CommitNotice) -> Void) {
        self.listener.withLock { $0.tell = listener }
    }

    func push(_ operation: Operation) {
        switch queue.withLock({ $0.push(operation) }) {
        case .wakeWriter: wakeUp.signal()
        case .queued: break
        case .refused(let error): operation.fail(error)
        }
    }

    /// Does `body` in a transaction and replies after its commit.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (WriteContext) throws(QueueError) -> Value,
        reply: @escaping @Sendable (Result<Value, QueueError>) -> Void
    ) {
        push(
            Operation(
                run: { context throws(QueueError) in
                    let value = try body(context)
                    return { reply(.success(value)) }
                },
                fail: { reply(.failure($0)) }))
    }

    /// Waits for the commit even where the calling task is cancelled.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (WriteContext) throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let result = await withCheckedContinuation { continuation in
            write(body) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The writer's thread: commits until ``close()``.
    func run(_ context: WriteContext) {
        while true {
            switch queue.withLock({ $0.pull() }) {
            case .batch(let batch): commit(batch, context)
            case .sleep: wakeUp.wait()
            case .finish: return
            }
        }
    }

    func close() {
        if case .wakeWriter = queue.withLock({ $0.close() }) { wakeUp.signal() }
    }
}

/// In a struct: a mutex that held the closure itself would wrap it anew at each look.
private struct Listener {
    var tell: (@Sendable (CommitNotice) -> Void)?
}

extension Writer {
    /// One transaction for all of `batch`; where one of them fails after it wrote, one for each.
    private func commit(_ batch: [Operation], _ context: WriteContext) {
        let replies: [@Sendable () -> Void]?
        do {
            replies = try attempt(batch, context)
        } catch {
            // Alone, or at fault as a whole.
            return abort(batch, error)
        }
        guard let replies else {
            for operation in batch { commit([operation], context) }
            return
        }
        Failpoint.afterCommit.hit()
        let changes = context.takeChanges()
        tally.withLock {
            if changes.wrote { $0.commits += 1 }
            $0.submits += changes.submits
        }
        if changes.notice.isWorthTelling, let tell = listener.withLock({ $0.tell }) {
            tell(changes.notice)
        }
        for reply in replies { reply() }
        Failpoint.afterReply.hit()
        context.checkpointIfLong()
    }

    /// The replies, or `nil` if an operation failed after it had written in a shared transaction:
    /// a batch of one never does, so that it can be split once at most.
    private func attempt(
        _ batch: [Operation], _ context: WriteContext
    ) throws(QueueError) -> [@Sendable () -> Void]? {
        var replies: [@Sendable () -> Void] = []
        replies.reserveCapacity(batch.count)
        do throws(QueueError) {
            Failpoint.beforeBegin.hit()
            try context.begin()
            Failpoint.afterBegin.hit()
            for operation in batch {
                let before = context.connection.totalChangeCount
                do throws(QueueError) {
                    replies.append(try operation.run(context))
                } catch {
                    if error.failsTheBatch { throw error }
                    if context.connection.totalChangeCount != before {
                        if batch.count == 1 { throw error }
                        context.rollBack()
                        return nil
                    }
                    replies.append({ operation.fail(error) })
                }
                Failpoint.betweenOperations.hit()
            }
            if SeededBug.replyBeforeCommit.isPlanted {
                for reply in replies { reply() }
                replies = []
            }
            Failpoint.beforeCommit.hit()
            try context.commit()
        } catch {
            context.rollBack()
            throw error
        }
        return replies
    }

    private func abort(_ batch: [Operation], _ error: QueueError) {
        var failed = batch
        if error.stopsTheJournal {
            let refusal = QueueError(
                error.code, "The journal has stopped. \(error.message) Restart its owner.")
            failed += queue.withLock { $0.stop(refusal) }
        }
        for operation in failed { operation.fail(error) }
    }
}

extension QueueError {
    /// Whether the transaction itself is at fault, and not one operation of it.
    fileprivate var failsTheBatch: Bool {
        code == .diskFull || code == .owned || stopsTheJournal
    }

    /// After a failed write or sync nobody knows what the disk holds: nothing is acknowledged
    /// any more, and the write is not tried again.
    fileprivate var stopsTheJournal: Bool { code == .ioError || code == .badJournal }
}

extension CommitNotice {
    fileprivate var isWorthTelling: Bool {
        !finished.isEmpty || !claimable.isEmpty || due != nil
    }
}
