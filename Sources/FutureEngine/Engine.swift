package import FutureJournal
package import FutureModel
package import FuturePools
import Synchronization

/// Runs the futures of a journal on pools: claims, attempts, timers, recovery, shutdown.
///
/// The way of one future: a commit makes it claimable, the ``Dispatcher`` asks for a claim, the
/// journal answers with attempts, each goes through its pipeline (`Engine+Attempt.swift`) and
/// frees its slot. Nothing polls; each step is pushed by the one before it, on the thread where
/// that one ended.
package final class Engine: Sendable {
    package let journal: any Journal
    let pools: [PoolKind: any Pool]
    let routes: TaskRoutes
    let time: any TimeSource
    let location: JournalLocation
    let owner: OwnerIdentity
    let hub = CompletionHub()
    let state: Mutex<EngineState>
    /// Random in 0 ..< 1, for the pauses between attempts.
    let jitter: @Sendable () -> Double
    /// Told of what could not be done and is not anyone's answer: for the owner's log.
    let report: @Sendable (QueueError) -> Void

    package init(
        journal: any Journal, pools: [any Pool], routes: TaskRoutes, time: any TimeSource,
        location: JournalLocation, owner: OwnerIdentity,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        report: @escaping @Sendable (QueueError) -> Void = { _ in }
    ) {
        self.journal = journal
        self.pools = Dictionary(uniqueKeysWithValues: pools.map { ($0.kind, $0) })
        self.routes = routes
        self.time = time
        self.location = location
        self.owner = owner
        self.jitter = jitter
        self.report = report
        let capacities = self.pools.mapValues(\.capacity)
        state = Mutex(EngineState(dispatcher: Dispatcher(capacities: capacities)))
        journal.setListener { [weak self] notice in self?.committed(notice) }
        journal.setClaimer { [weak self] pools in self?.becameClaimable(pools) }
        for pool in pools { pool.attach(self) }
    }

    /// Nobody can ask for a shutdown any more, and nothing runs: threads, children and the lock
    /// go all the same.
    deinit {
        if case .stopped(nil) = state.withLock({ $0.phase }) { return }
        let (pools, journal) = (pools, journal)
        Task {
            for pool in pools.values { await pool.shutdown() }
            await journal.close()
        }
    }

    /// Recovers what a last owner left running, then begins to claim.
    package func start() async throws(QueueError) {
        try await recover()
        try await journal.releaseKnown(routes)
        let due = try await journal.releaseDue(time.now())
        let newest = try await journal.newestID()
        hub.begin(after: newest ?? FutureID(rawValue: 0))
        let claims = state.withLock { $0.dispatcher.open() }
        if let due { watchDue(due) }
        for claim in claims { make(claim) }
    }

    private func committed(_ notice: CommitNotice) {
        if !notice.finished.isEmpty { publish(notice.finished) }
        if let due = notice.due { watchDue(due) }
        if !notice.claimable.isEmpty { becameClaimable(notice.claimable) }
        if let warning = notice.warning { report(QueueError(.diskFull, warning)) }
        if let failure = notice.failure { fail(failure) }
    }

    private func becameClaimable(_ pools: Set<PoolKind>) {
        let claims = state.withLock { $0.dispatcher.becameClaimable(pools) }
        for claim in claims { make(claim) }
    }

    private func publish(_ finished: [FutureSnapshot]) {
        hub.publish(finished)
        let followers = state.withLock { state -> [OutputFollower] in
            for snapshot in finished where !state.earlyStops.isEmpty {
                state.earlyStops[snapshot.id] = nil
            }
            if state.followers.isEmpty { return [] }
            return finished.flatMap { state.followers.removeValue(forKey: $0.id) ?? [] }
        }
        for follower in followers { follower.finish() }
    }

    /// Asks the journal for attempts and begins those it grants.
    func make(_ claim: Dispatcher.Claim) {
        let answered: @Sendable (Result<[ClaimedAttempt], QueueError>) -> Void = { [self] answer in
            switch answer {
            case .success(let attempts):
                let (next, refused, resumed) = state.withLock { state in
                    let next = state.dispatcher.claimed(claim, count: attempts.count)
                    return (next, state.register(attempts), state.grantReturns(claim.pool))
                }
                begin(attempts, refused: refused)
                for continuation in resumed { continuation.resume(returning: true) }
                if let next { make(next) }
                if attempts.isEmpty { closeIfIdle() }
            case .failure(let error):
                claimFailed(claim, error)
            }
        }
        if claim.ids.isEmpty {
            let slots: @Sendable () -> Int = { [self] in
                state.withLock { $0.dispatcher.slots(claim.pool) }
            }
            journal.claim(claim.pool, limit: slots, routes: routes, reply: answered)
        } else {
            journal.claim(claim.pool, oneOf: claim.ids, routes: routes, reply: answered)
        }
    }

    private func claimFailed(_ claim: Dispatcher.Claim, _ error: QueueError) {
        state.withLock { $0.dispatcher.claimFailed(claim) }
        resumeReturning(claim.pool)
        guard error.code == .diskFull else { return fail(error) }
        report(error)
        _ = time.schedule(after: Self.pauseAfterFullDisk) { [self] in
            let claims = state.withLock { $0.dispatcher.becameClaimable([claim.pool]) }
            for claim in claims { make(claim) }
        }
    }

    /// How long what a full disk refused waits before it is tried again.
    static let pauseAfterFullDisk = Duration.seconds(1)

    /// Keeps a timer on the earliest moment for which a future is held.
    private func watchDue(_ due: Timestamp) {
        // A jump of the wall clock is noticed within this bound.
        let delay = min(max(due - time.now(), .zero), .seconds(60))
        state.withLock { state in
            if let watched = state.due, watched.at <= due { return }
            if case .stopped = state.phase { return }
            state.due?.timer.cancel()
            state.due = (due, time.schedule(after: delay) { [weak self] in self?.dueCame() })
        }
    }

    private func dueCame() {
        state.withLock { $0.due = nil }
        Task {
            do throws(QueueError) {
                if let next = try await journal.releaseDue(time.now()) { watchDue(next) }
            } catch {
                report(error)
                if error.code == .diskFull { watchDue(time.now() + Self.pauseAfterFullDisk) }
            }
        }
    }
}
