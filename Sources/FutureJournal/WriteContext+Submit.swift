import FutureModel

extension WriteContext {
    /// A new pending future; or, of a known key with the same work, the one it names.
    func submit(
        _ submission: Submission, routes: TaskRoutes, retryOf: FutureID? = nil
    ) throws(QueueError) -> FutureID {
        let options = submission.options
        if let key = options.key, let known = try future(of: key, for: submission) { return known }
        if SeededBug.reusedID.isPlanted, connection.lastInsertedID % 8 == 7 {
            return FutureID(rawValue: connection.lastInsertedID)
        }
        try needQueue(options.queue)
        let pool = routes.pool(for: submission.task, requested: submission.pool)
        let hold = hold(pool: pool, runAt: options.runAt)
        let due = hold == .runAt ? options.runAt : nil
        try statements.insertFuture
            .bind(options.queue).bind(submission.task).bind(pool?.rawValue).bind(hold?.name)
            .bind(options.priority).bind(due?.milliseconds).bind(now.milliseconds)
            .bind(options.key).bind(retryOf?.rawValue).run()
        let id = connection.lastInsertedID
        let request = statements.insertRequest
        request.bind(id).bind(submission.arguments.json).bind(submission.pool?.rawValue)
        RequestColumns.bind(options, to: request)
        try request.run()
        count(options.queue, .pending, by: 1)
        changes.submits += 1
        if let due { isDue(due) }
        if hold == nil, let pool { becameClaimable(options.queue, pool) }
        return FutureID(rawValue: id)
    }

    /// Why a future whose task is to run on `pool` has to wait, or `nil`.
    func hold(pool: PoolKind?, runAt: Timestamp?) -> Hold? {
        if pool == nil { return .unknownTask }
        if let runAt, runAt > now { return .runAt }
        return nil
    }

    private func future(
        of key: String, for submission: Submission
    ) throws(QueueError) -> FutureID? {
        let known = try connection.statement(
            """
            SELECT f.id, f.task, r.arguments FROM futures f JOIN requests r ON r.future_id = f.id
            WHERE f.key = ?
            """
        ).bind(key).first { row in
            (id: FutureID(rawValue: row.integer()), task: row.text(), arguments: row.text())
        }
        guard let known else { return nil }
        guard known.task == submission.task, known.arguments == submission.arguments.json else {
            throw QueueError(
                .duplicateKey,
                "The key '\(key)' belongs to future \(known.id), which is other work.")
        }
        return known.id
    }
}
