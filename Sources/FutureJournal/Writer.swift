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
    private let health = Mutex(Health())

    private struct Health {
        var hasStopped = false
        var submitRefusal: String?
    }

    var counters: JournalCounters { tally.withLock { $0 } }

    /// Whether a write has failed, after which nothing may be written.
    var hasStopped: Bool { health.withLock { $0.hasStopped } }

    /// Operations that wait for the transaction after the current one.
    var backlog: Int { queue.withLock { $0.count } }

    func setListener(_ listener: @escaping @Sendable (CommitNotice) -> Void) {
        self.listener.withLock { $0.tell = listener }
    }

    func setClaimer(_ claimer: @escaping @Sendable (Set<PoolKind>) -> Void) {
        listener.withLock { $0.claim = claimer }
    }

    func push(_ operation: Operation) {
        switch queue.withLock({ $0.push(operation) }) {
        case .wakeWriter: wakeUp.signal()
        case .queued: break
        case .refused(let error): operation.fail(error)
        }
    }

    /// Throws `diskFull` while the log is as long as it may get.
    func checkRoom() throws(QueueError) {
        guard let refusal = health.withLock({ $0.submitRefusal }) else { return }
        // Whatever is written has the log looked at, and nothing else may be on its way.
        write({ _ in }, reply: { _ in })
        throw QueueError(.diskFull, refusal)
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

/// In a struct: a mutex that held the closures themselves would wrap them anew at each look.
private struct Listener {
    var tell: (@Sendable (CommitNotice) -> Void)?
    var claim: (@Sendable (Set<PoolKind>) -> Void)?
}

extension Writer {
    /// One transaction for all of `batch`, and for the claims of what that makes claimable; where
    /// one of them fails after it wrote, one for each.
    private func commit(_ batch: [Operation], _ context: WriteContext, isAlone: Bool = false) {
        var batch = batch
        let replies: [@Sendable () -> Void]?
        do {
            replies = try attempt(&batch, context, isAlone: isAlone)
        } catch {
            // Alone, or at fault as a whole.
            return abort(batch, error)
        }
        guard let replies else {
            for operation in batch { commit([operation], context, isAlone: true) }
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
        tendLog(context)
    }

    /// Keeps the log short. Nobody waits for it, but its failures are those of any other write.
    private func tendLog(_ context: WriteContext) {
        do throws(QueueError) {
            try context.log.checkpointIfLong()
        } catch {
            return abort([], error)
        }
        health.withLock { $0.submitRefusal = context.log.refusal }
        let warning = context.log.warning
        let isNew = tally.withLock { tally in
            defer { tally.warning = warning }
            return warning != nil && tally.warning == nil
        }
        guard isNew, let tell = listener.withLock({ $0.tell }) else { return }
        var notice = CommitNotice()
        notice.warning = warning
        tell(notice)
    }

    /// The replies, or `nil` if an operation failed after it had written in a shared transaction:
    /// one alone never does, so that a batch can be split once at most.
    private func attempt(
        _ batch: inout [Operation], _ context: WriteContext, isAlone: Bool
    ) throws(QueueError) -> [@Sendable () -> Void]? {
        var replies: [@Sendable () -> Void] = []
        do throws(QueueError) {
            Failpoint.beforeBegin.hit()
            try context.begin()
            Failpoint.afterBegin.hit()
            var isDone = try run(batch, context, isAlone: isAlone, &replies)
            if isDone, !isAlone {
                let joining = claims(context)
                batch += joining
                isDone = try run(joining, context, isAlone: false, &replies)
            }
            if !isDone {
                context.rollBack()
                return nil
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

    /// False if one failed after it had written.
    private func run(
        _ batch: [Operation], _ context: WriteContext, isAlone: Bool,
        _ replies: inout [@Sendable () -> Void]
    ) throws(QueueError) -> Bool {
        replies.reserveCapacity(replies.count + batch.count)
        for operation in batch {
            let before = context.connection.totalChangeCount
            do throws(QueueError) {
                replies.append(try operation.run(context))
            } catch {
                if error.failsTheBatch { throw error }
                if context.connection.totalChangeCount != before {
                    if isAlone { throw error }
                    return false
                }
                replies.append({ operation.fail(error) })
            }
            Failpoint.betweenOperations.hit()
        }
        return true
    }

    /// What is asked by now, once whoever claims has been told what there is: it is claimed in the
    /// transaction that made it claimable.
    private func claims(_ context: WriteContext) -> [Operation] {
        let pools = context.changes.notice.claimable
        guard !pools.isEmpty, let claim = listener.withLock({ $0.claim }) else { return [] }
        context.changes.notice.claimable = []
        claim(pools)
        return queue.withLock { $0.takeWaiting() }
    }

    private func abort(_ batch: [Operation], _ error: QueueError) {
        var failed = batch
        if error.stopsTheJournal {
            let refusal = QueueError(
                error.code, "The journal has stopped. \(error.message) Restart its owner.")
            failed += queue.withLock { $0.stop(refusal) }
            health.withLock { $0.hasStopped = true }
            if let tell = listener.withLock({ $0.tell }) {
                var notice = CommitNotice()
                notice.failure = refusal
                tell(notice)
            }
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
