import FutureJournal
import FutureModel

/// A journal as its owner opens it and recovers what the last one has left running.
enum OwnedJournal {
    static func open(
        _ location: JournalLocation, log: LogLimits = LogLimits()
    ) async throws -> SQLiteJournal {
        let owner = OwnerIdentity(process: .current, program: "crash", version: "")
        let lock = try await OwnerLock.acquire(location, as: owner, patience: .zero)
        do {
            return try await SQLiteJournal.open(
                location, lock: lock, time: SystemTime(), log: log)
        } catch {
            lock.release()
            throw error
        }
    }

    /// What becomes of attempts whose owner has died, by their policies.
    static func recovery(
        of abandoned: [ClaimedAttempt]
    ) -> [(attempt: AttemptID, transition: Transition)] {
        abandoned.map { claimed in
            let failure = TaskFailure(
                type: TaskFailure.workerDied, message: "the owner died",
                attempt: claimed.id.number)
            let transition = Transition.crashed(
                failure, charged: true, options: claimed.options, charges: claimed.charges)
            return (attempt: claimed.id, transition: transition)
        }
    }
}

extension Ledger {
    /// What is told of futures whose attempts are recovered.
    func rows(
        after recovery: [(attempt: AttemptID, transition: Transition)]
    ) throws -> [FutureID: Row] {
        var rows: [FutureID: Row] = [:]
        for (attempt, transition) in recovery {
            let row = try row(attempt.future)
            rows[attempt.future] =
                switch transition {
                case .settle(let outcome): row.ended(outcome, nil)
                case .requeue: row.ended(nil, nil)
                }
        }
        return rows
    }
}

extension SQLiteJournal {
    /// As ``claim(_:limit:routes:reply:)``; the ledger is told on the thread that replies.
    func claim(
        _ pool: PoolKind, limit: Int, routes: TaskRoutes, _ ledger: Ledger, _ number: Int
    ) async throws -> [AttemptID] {
        try await withCheckedThrowingContinuation { continuation in
            claim(pool, limit: { limit }, routes: routes) { answer in
                continuation.resume(
                    with: Swift.Result {
                        let ids = try answer.get().map(\.id)
                        var rows: [FutureID: Ledger.Row] = [:]
                        for id in ids {
                            var row = try ledger.row(id.future).claimed
                            row.attempt = id.number
                            rows[id.future] = row
                        }
                        ledger.tell(number, rows)
                        return ids
                    })
            }
        }
    }

    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?,
        _ ledger: Ledger
    ) async throws {
        let row = try ledger.row(attempt.future).ended(outcome, output)
        let number = ledger.ask(.become([attempt.future: row]))
        try await settle(attempt, outcome, output: output) {
            ledger.tell(number, [attempt.future: row])
        }
    }

    /// `told` is called on the thread that replies.
    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?,
        told: @escaping @Sendable () -> Void = {}
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, _>) in
            settle(attempt, outcome, output: output) { answer in
                if case .success = answer { told() }
                continuation.resume(with: answer)
            }
        }
    }

    /// `told` is called on the thread that replies.
    func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause, output: CapturedOutput?,
        told: @escaping @Sendable () -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, _>) in
            requeue(attempt, cause, notBefore: nil, output: output) { answer in
                if case .success = answer { told() }
                continuation.resume(with: answer)
            }
        }
    }
}
