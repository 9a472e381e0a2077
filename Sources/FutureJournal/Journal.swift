package import FutureModel

/// The durable record of all futures, and the only way to change it.
///
/// Every write takes part in a group commit and is answered after that commit, or fails alone.
/// Each transition is named and guarded: it carries what must be true for it, and where that is
/// not true it changes nothing and says so. The engine knows no other part of the journal.
///
/// Async methods and replies report ``QueueError`` only. A cancelled caller still gets the answer:
/// what was asked of the journal is done or refused, never dropped.
package protocol Journal: AnyObject, Sendable {
    /// Random, made with the journal: tells two journals apart wherever they are moved.
    var identity: String { get }

    /// Called on the writer's thread after each commit that finished futures or made some
    /// claimable, before the replies of that commit; and when the journal has stopped or has
    /// something to warn of. Set once, before the first write.
    func setListener(_ listener: @escaping @Sendable (CommitNotice) -> Void)

    /// Called on the writer's thread within a transaction that has made futures claimable for
    /// these pools; claims that it makes take part in that transaction. Its notice then leaves
    /// these pools out. Set once, before the first write.
    func setClaimer(_ claimer: @escaping @Sendable (Set<PoolKind>) -> Void)

    // MARK: Transitions

    /// All of `submissions` become `pending` in one commit; ids in the same order. A submission
    /// whose key is known with the same work yields the future it names.
    ///
    /// - Parameter committed: Called with the ids on the writer's thread, before a claim of any of
    ///   them is answered.
    func submit(
        _ submissions: [Submission], routes: TaskRoutes,
        committed: @escaping @Sendable ([FutureID]) -> Void
    ) async throws(QueueError) -> [FutureID]

    /// pending → running, for up to `limit` futures that wait for `pool`: by priority, then by
    /// id, queues taking turns. Futures of functions that `routes` does not know are held instead.
    ///
    /// - Parameter limit: Asked on the writer's thread when the transaction comes to this claim:
    ///   again if it has to be made again.
    func claim(
        _ pool: PoolKind, limit: @escaping @Sendable () -> Int, routes: TaskRoutes,
        reply: @escaping @Sendable (Result<[ClaimedAttempt], QueueError>) -> Void)

    /// As ``claim(_:limit:routes:reply:)``, but only the first of `ids` that waits for `pool`,
    /// whatever its queue already runs.
    func claim(
        _ pool: PoolKind, oneOf ids: [FutureID], routes: TaskRoutes,
        reply: @escaping @Sendable (Result<[ClaimedAttempt], QueueError>) -> Void)

    /// running → terminal. Fails with `attemptSuperseded` unless `attempt` is the running one.
    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?,
        reply: @escaping @Sendable (Result<Void, QueueError>) -> Void)

    /// running → pending, held until `notBefore` if that is given. The attempt, its exception and
    /// its output are kept in the future's history. Guarded as ``settle`` is.
    func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause, notBefore: Timestamp?, output: CapturedOutput?,
        reply: @escaping @Sendable (Result<Void, QueueError>) -> Void)

    /// pending → cancelled. For each id in order the state in which it was found: `pending` means
    /// that it is now cancelled and never ran; any other was left alone. An unknown id fails all.
    func cancelPending(
        _ ids: [FutureID], reason: String
    ) async throws(QueueError) -> [FutureState]

    /// pending → cancelled for all there are; how many.
    func cancelAllPending(reason: String) async throws(QueueError) -> Int

    /// Submits again, as new futures, what `ids` were asked to do; each must be terminal, or
    /// `badInput`. Keys are not repeated.
    func retry(_ ids: [FutureID], routes: TaskRoutes) async throws(QueueError) -> [FutureID]

    /// What a last owner left `running`, by id. Only an owner that has just begun may ask.
    func abandonedAttempts() async throws(QueueError) -> [ClaimedAttempt]

    /// Ends each of `attempts` by its transition, all in one commit, each guarded as ``settle``
    /// is; the count of those that were still the running ones. Appends an event to each.
    func recover(
        _ attempts: [(attempt: AttemptID, transition: Transition)]
    ) async throws(QueueError) -> Int

    /// Appends an event to a future's history; `cancel_requested` also marks its row.
    func note(_ event: String, of future: FutureID, detail: String?) async throws(QueueError)

    /// Makes futures claimable whose time has come by `now`; when the next one's comes.
    func releaseDue(_ now: Timestamp) async throws(QueueError) -> Timestamp?

    /// Makes futures claimable that were held for a function which `routes` knows.
    func releaseKnown(_ routes: TaskRoutes) async throws(QueueError)

    // MARK: Reading: committed states only

    /// In the order of `ids`; an unknown one is `noSuchFuture`.
    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord]
    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot]
    func states(_ ids: [FutureID]) async throws(QueueError) -> [FutureState]
    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList
    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry]
    /// Of the latest attempt that has ended; empty if none has.
    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput
    func stats() async throws(QueueError) -> QueueStats
    /// The id given last; `nil` if none has been.
    func newestID() async throws(QueueError) -> FutureID?

    /// Since it was opened.
    var counters: JournalCounters { get }

    /// Finishes the writes that were asked for, then closes. What is asked later fails with
    /// `shutDown`.
    func close() async
}

extension Journal {
    package func submit(
        _ submissions: [Submission], routes: TaskRoutes
    ) async throws(QueueError) -> [FutureID] {
        try await submit(submissions, routes: routes) { _ in }
    }
}

/// What one commit changed for those who wait.
package struct CommitNotice: Sendable {
    package var finished: [FutureSnapshot] = []
    /// Pools for which futures have become claimable.
    package var claimable: Set<PoolKind> = []
    /// The earliest time for which this commit has held a future back.
    package var due: Timestamp?
    /// Why nothing is written any more: the disk failed. The owner is to exit.
    package var failure: QueueError?
    /// What has begun to go wrong and somebody could see to, as a sentence.
    package var warning: String?

    package init() {}
}

package struct JournalCounters: Sendable, Hashable {
    package var commits = 0
    package var submits = 0
    /// The last ``CommitNotice/warning``, for as long as it holds.
    package var warning: String?

    package init() {}
}
