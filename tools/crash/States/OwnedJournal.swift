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
    ) -> (transitions: [(attempt: AttemptID, transition: Transition)], rows: [FutureID: Ledger.Row])
    {
        var rows: [FutureID: Ledger.Row] = [:]
        let transitions = abandoned.map { claimed in
            let failure = TaskFailure(
                type: TaskFailure.workerDied, message: "the owner died",
                attempt: claimed.id.number)
            let transition = Transition.crashed(
                failure, charged: true, options: claimed.options, charges: claimed.charges)
            rows[claimed.id.future] =
                switch transition {
                case .settle(let outcome):
                    Ledger.Row(
                        state: outcome.state, attempt: claimed.id.number, outcome: outcome)
                case .requeue: Ledger.Row(state: .pending, attempt: claimed.id.number)
                }
            return (attempt: claimed.id, transition: transition)
        }
        return (transitions, rows)
    }
}

extension SQLiteJournal {
    /// As ``claim(_:limit:routes:reply:)``; the ledger is told on the thread that replies.
    func claim(
        _ pool: PoolKind, limit: Int, routes: TaskRoutes, _ ledger: Ledger, _ number: Int
    ) async throws -> [AttemptID] {
        try await withCheckedThrowingContinuation { continuation in
            claim(pool, limit: limit, routes: routes) { answer in
                let ids = answer.map { $0.map(\.id) }
                if case .success(let ids) = ids {
                    let rows = ids.map {
                        ($0.future, Ledger.Row(state: .running, attempt: $0.number))
                    }
                    ledger.tell(number, Dictionary(uniqueKeysWithValues: rows))
                }
                continuation.resume(with: ids)
            }
        }
    }

    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, _ ledger: Ledger
    ) async throws {
        let row = Ledger.Row(state: outcome.state, attempt: attempt.number, outcome: outcome)
        let number = ledger.ask(.become([attempt.future: row]))
        try await settle(attempt, outcome, output: nil) {
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
        _ attempt: AttemptID, _ cause: RequeueCause, told: @escaping @Sendable () -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, _>) in
            requeue(attempt, cause, notBefore: nil, output: nil) { answer in
                if case .success = answer { told() }
                continuation.resume(with: answer)
            }
        }
    }
}
