package import FutureModel

extension SQLiteJournal {
    package func submit(
        _ submissions: [Submission], routes: TaskRoutes,
        committed: @escaping @Sendable ([FutureID]) -> Void
    ) async throws(QueueError) -> [FutureID] {
        guard submissions.count <= Limits.batchCount else {
            throw QueueError(
                .badInput,
                "One submit takes up to \(Limits.batchCount) futures, not "
                    + "\(submissions.count).")
        }
        for submission in submissions { try submission.validate() }
        try writer.checkRoom()
        typealias Answer = Result<[FutureID], QueueError>
        let answer: Answer = await withCheckedContinuation { continuation in
            writer.write(
                { context throws(QueueError) -> [FutureID] in
                    var ids: [FutureID] = []
                    ids.reserveCapacity(submissions.count)
                    for submission in submissions {
                        ids.append(try context.submit(submission, routes: routes))
                    }
                    return ids
                },
                reply: { (answer: Answer) in
                    if case .success(let ids) = answer { committed(ids) }
                    continuation.resume(returning: answer)
                })
        }
        return try answer.get()
    }

    package func claim(
        _ pool: PoolKind, limit: @escaping @Sendable () -> Int, routes: TaskRoutes,
        reply: @escaping @Sendable (Result<[ClaimedAttempt], QueueError>) -> Void
    ) {
        writer.write(
            { context throws(QueueError) in
                try context.claim(pool, limit: limit(), routes: routes)
            }, reply: reply)
    }

    package func claim(
        _ pool: PoolKind, oneOf ids: [FutureID], routes: TaskRoutes,
        reply: @escaping @Sendable (Result<[ClaimedAttempt], QueueError>) -> Void
    ) {
        writer.write(
            { context throws(QueueError) in
                try context.claim(pool, oneOf: ids, routes: routes)
            }, reply: reply)
    }

    package func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?,
        reply: @escaping @Sendable (Result<Void, QueueError>) -> Void
    ) {
        writer.write(
            { context throws(QueueError) in
                try context.settle(attempt, outcome, output: output)
            }, reply: reply)
    }

    package func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause, notBefore: Timestamp?, output: CapturedOutput?,
        reply: @escaping @Sendable (Result<Void, QueueError>) -> Void
    ) {
        writer.write(
            { context throws(QueueError) in
                try context.requeue(attempt, cause, notBefore: notBefore, output: output)
            }, reply: reply)
    }

    package func cancelPending(
        _ ids: [FutureID], reason: String
    ) async throws(QueueError) -> [FutureState] {
        try await writer.write { context throws(QueueError) in
            try context.cancelPending(ids, reason: reason)
        }
    }

    package func cancelAllPending(reason: String) async throws(QueueError) -> Int {
        try await writer.write { context throws(QueueError) in
            try context.cancelAllPending(reason: reason)
        }
    }

    package func retry(
        _ ids: [FutureID], routes: TaskRoutes
    ) async throws(QueueError) -> [FutureID] {
        try writer.checkRoom()
        return try await writer.write { context throws(QueueError) in
            try context.retry(ids, routes: routes)
        }
    }

    package func abandonedAttempts() async throws(QueueError) -> [ClaimedAttempt] {
        try await writer.write { context throws(QueueError) in try context.runningAttempts() }
    }

    package func recover(
        _ attempts: [(attempt: AttemptID, transition: Transition)]
    ) async throws(QueueError) -> Int {
        try await writer.write { context throws(QueueError) in try context.recover(attempts) }
    }

    package func note(
        _ event: String, of future: FutureID, detail: String?
    ) async throws(QueueError) {
        try await writer.write { context throws(QueueError) in
            try context.note(event, of: future, detail: detail)
        }
    }

    package func releaseDue(_ now: Timestamp) async throws(QueueError) -> Timestamp? {
        try await writer.write { context throws(QueueError) in try context.releaseDue(now) }
    }

    package func releaseKnown(_ routes: TaskRoutes) async throws(QueueError) {
        try await writer.write { context throws(QueueError) in try context.releaseKnown(routes) }
    }
}
