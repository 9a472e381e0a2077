import FutureJournal
import FutureModel

extension Engine {
    /// Ends what the last owner left running, each by the policy stored with it. Its processes
    /// are gone by now: whoever opens the journal as its owner kills them first.
    func recover() async throws(QueueError) {
        var abandoned = try await journal.abandonedAttempts()
        if SeededBug.recoverOnlyOne.isPlanted { abandoned = Array(abandoned.prefix(1)) }
        guard !abandoned.isEmpty else { return }
        Failpoint.beforeRecovery.hit()
        let recovered = try await journal.recover(
            abandoned.map { (attempt: $0.id, transition: Self.transition(ofAbandoned: $0)) })
        Failpoint.afterRecovery.hit()
        if recovered != abandoned.count {
            report(
                QueueError(
                    .attemptSuperseded,
                    "Of \(abandoned.count) attempts to recover \(recovered) were still running."))
        }
    }

    /// An owner's death is charged only to what ran inside it and may have caused it.
    private static func transition(ofAbandoned claimed: ClaimedAttempt) -> Transition {
        if claimed.cancelRequested {
            return .settle(.cancelled(reason: "cancelled; its owner died before it had stopped"))
        }
        let failure = TaskFailure(
            type: TaskFailure.workerDied,
            message: "the owner died while attempt \(claimed.id.number) ran",
            attempt: claimed.id.number, place: AttemptPlace(pool: claimed.pool))
        return .crashed(
            failure, charged: claimed.pool == .thread, options: claimed.options,
            charges: claimed.charges)
    }
}
