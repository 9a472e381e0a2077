import FutureModel

extension WriteContext {
    /// Up to `limit` pending futures become running: queues take turns, within a queue by
    /// priority and then by id.
    func claim(
        _ pool: PoolKind, limit: Int, routes: TaskRoutes
    ) throws(QueueError) -> [ClaimedAttempt] {
        var claimed: [ClaimedAttempt] = []
        while claimed.count < limit {
            let turns = queues.turns(for: pool)
            if turns.isEmpty { break }
            let share = max(1, (limit - claimed.count) / turns.count)
            for queue in turns where claimed.count < limit {
                let wanted = min(share, limit - claimed.count, queues.room(in: queue))
                claimed += try claim(pool, from: queue, limit: wanted, routes: routes)
            }
        }
        return claimed
    }

    private struct Row {
        var attempt: AttemptID
        var task: String
        var priority: Int
        var charges: Charges
        var key: String?
    }

    private func claim(
        _ pool: PoolKind, from queue: String, limit: Int, routes: TaskRoutes
    ) throws(QueueError) -> [ClaimedAttempt] {
        var rows = try statements.claim
            .bind(now.milliseconds).bind(pool.rawValue).bind(queue).bind(limit)
            .all { row in
                Row(
                    attempt: AttemptID(
                        future: FutureID(rawValue: row.integer()), number: row.int(),
                        token: row.integer()),
                    task: row.text(),
                    priority: row.int(),
                    charges: Charges(
                        errors: row.int(), crashes: row.int(), interruptions: row.int()),
                    key: row.optionalText())
            }
        if rows.count < limit { queues.foundEmpty(queue, pool) }
        if rows.isEmpty { return [] }
        queues.served(queue, pool)
        // The rows of an UPDATE … RETURNING come in no particular order.
        rows.sort { left, right in
            left.priority != right.priority
                ? left.priority > right.priority
                : left.attempt.future < right.attempt.future
        }
        var claimed: [ClaimedAttempt] = []
        claimed.reserveCapacity(rows.count)
        for row in rows {
            if routes.pool(for: row.task, requested: nil) == nil {
                try holdUnknown(row.attempt)
            } else {
                claimed.append(try attempt(of: row, in: queue, on: pool))
            }
        }
        count(queue, .pending, by: -claimed.count)
        count(queue, .running, by: claimed.count)
        return claimed
    }

    private func attempt(
        of row: Row, in queue: String, on pool: PoolKind
    ) throws(QueueError) -> ClaimedAttempt {
        let request = try statements.request.bind(row.attempt.future.rawValue)
            .first { columns throws(QueueError) in
                let arguments = columns.text()
                let options = try RequestColumns.read(
                    from: columns, queue: queue, priority: row.priority, key: row.key)
                return (Payload(json: arguments), options)
            }
        guard let (arguments, options) = request else {
            throw QueueError(.badJournal, "Future \(row.attempt.future) has lost its request.")
        }
        return ClaimedAttempt(
            id: row.attempt, task: row.task, arguments: arguments, pool: pool, options: options,
            charges: row.charges)
    }

    /// Takes back, within the transaction that made it, a claim of a function that nobody here
    /// knows: no attempt of it has ever begun.
    private func holdUnknown(_ attempt: AttemptID) throws(QueueError) {
        try connection.statement(
            """
            UPDATE futures SET state = 'pending', hold = 'unknown_task', token = NULL,
                attempt = attempt - 1,
                started_at_ms = (
                    SELECT a.started_at_ms FROM attempts a
                    WHERE a.future_id = futures.id AND a.number = futures.attempt - 1)
            WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
            """
        ).bind(attempt).run()
    }
}

extension Statement {
    /// The guard of everything that moves a running future.
    @discardableResult
    func bind(_ attempt: AttemptID) -> Statement {
        bind(attempt.future.rawValue).bind(attempt.number).bind(attempt.token)
    }
}
