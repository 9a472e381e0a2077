import FutureJournal
package import FutureModel
import Synchronization

/// A pool none of whose workers can start, because the initializer fails, is broken: submitting
/// to it and waiting for what is pending for it are errors. The futures themselves stay pending
/// in the journal, for an owner whose pool works.
extension Engine {
    package func poolBroke(_ pool: PoolKind, _ reason: String) {
        let isNew = state.withLock { state in
            guard state.broken[pool] == nil else { return false }
            state.broken[pool] = reason
            state.dispatcher.broke(pool)
            return true
        }
        guard isNew else { return }
        report(Self.brokenPool(pool, reason))
        Task { await failWaits() }
        closeIfIdle()
    }

    func checkPools(of submissions: [Submission]) throws(QueueError) {
        let broken = state.withLock { $0.broken }
        guard !broken.isEmpty else { return }
        for submission in submissions {
            let pool = routes.pool(for: submission.task, requested: submission.pool)
            if let pool, let reason = broken[pool] { throw Self.brokenPool(pool, reason) }
        }
    }

    /// Why one of `ids` cannot end here, if it waits for a broken pool.
    func brokenPool(among ids: [FutureID]) async throws(QueueError) -> QueueError? {
        let broken = state.withLock { $0.broken }
        guard !broken.isEmpty else { return nil }
        let states = try await journal.states(ids)
        let pending = zip(ids, states).filter { $0.1 == .pending }.map(\.0)
        for record in try await journal.records(pending) where record.state == .pending {
            if let pool = record.pool, let reason = broken[pool] {
                return Self.brokenPool(pool, reason)
            }
        }
        return nil
    }

    /// Ends the waits for what cannot end here any more.
    func failWaits() async {
        for listener in hub.open { await failUnlessItCanEnd(listener) }
    }

    /// For a wait that has just begun: a pool that breaks from here on finds it by itself.
    func failIfBroken(_ wait: SingleWait) {
        if state.withLock({ $0.broken.isEmpty }) { return }
        Task { await failUnlessItCanEnd(wait) }
    }

    private func failUnlessItCanEnd(_ listener: any EndListener) async {
        let left = Array(listener.unyielded)
        do throws(QueueError) {
            guard let broken = try await brokenPool(among: left) else { return }
            throw broken
        } catch {
            listener.fail(error)
            hub.remove(listener, from: left)
        }
    }

    private static func brokenPool(_ pool: PoolKind, _ reason: String) -> QueueError {
        QueueError(.brokenPool, "The \(pool.rawValue) pool is broken: \(reason).")
    }
}
