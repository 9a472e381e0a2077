package import FutureModel

/// What a pool can ask of its owner on behalf of the attempts that it runs.
package protocol AttemptOwner: AnyObject, Sendable {
    /// Canonical.
    var journalPath: String { get }

    /// The queue, as an attempt may use it.
    var attemptService: any FutureService { get }

    /// `attempt` waits for one of `ids`, and others may run in its place.
    ///
    /// - Throws: `waitCycle` where none of `ids` can end before the attempt does.
    func lend(
        _ attempt: AttemptID, until ids: [FutureID], isBounded: Bool
    ) throws(QueueError) -> Int

    /// Ends a wait; if it was the attempt's last, returns once the attempt has a slot again.
    ///
    /// - Returns: Whether it has one; false while it has other waits, and for one that is to stop.
    func takeBack(_ attempt: AttemptID, _ ticket: Int) async -> Bool

    /// No worker of the pool can run anything any more.
    func poolBroke(_ pool: PoolKind, _ reason: String)
}

/// What a worker, a thread or a process, does before its first attempt.
package typealias WorkerInitializer = @Sendable () throws -> Void

/// An owner keeps its pools; they must not keep it.
struct WeakOwner: Sendable {
    weak var value: (any AttemptOwner)?
}

extension AttemptLink {
    convenience init(
        _ attempt: AttemptID, _ owner: any AttemptOwner, _ lender: any SlotLender
    ) {
        self.init(
            attempt: attempt, journalPath: owner.journalPath, service: owner.attemptService,
            lender: lender)
    }
}
