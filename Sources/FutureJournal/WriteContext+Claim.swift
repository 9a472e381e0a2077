import FutureModel

extension WriteContext {
    /// Up to `limit` pending futures become running: queues take turns, within a queue by
    /// priority and then by id.
    func claim(
        _ pool: PoolKind, limit: Int, routes: TaskRoutes
    ) throws(QueueError) -> [ClaimedAttempt] {
        if let only = routes.only { return limit > 0 ? try claim(pool, only: only) : [] }
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

    private func claim(
        _ pool: PoolKind, from queue: String, limit: Int, routes: TaskRoutes
    ) throws(QueueError) -> [ClaimedAttempt] {
        let found = try statements.claimable
            .bind(pool.rawValue).bind(queue).bind(limit)
            .all { row throws(QueueError) in try row.claimable(from: queue, for: pool) }
        if found.count < limit { queues.foundEmpty(queue, pool) }
        if found.isEmpty { return [] }
        queues.served(queue, pool)
        var claimed: [ClaimedAttempt] = []
        claimed.reserveCapacity(found.count)
        for attempt in found {
            if routes.pool(for: attempt.task, requested: nil) == nil {
                try holdUnknown(attempt.id.future)
            } else {
                try start(attempt.id)
                claimed.append(attempt)
            }
        }
        count(queue, .pending, by: -claimed.count)
        count(queue, .running, by: claimed.count)
        return claimed
    }

    /// The first of `ids` that can run becomes running, unless its queue is paused; how much its
    /// queue already runs does not count, since an attempt that waits makes room for it.
    func claim(
        _ pool: PoolKind, oneOf ids: [FutureID], routes: TaskRoutes
    ) throws(QueueError) -> [ClaimedAttempt] {
        if routes.only != nil { return [] }
        for id in ids {
            let queue = try connection.statement(
                "SELECT queue, task FROM futures WHERE id = ? AND state = 'pending'"
            ).bind(id.rawValue).first { ($0.text(), $0.text()) }
            guard let (queue, task) = queue, !queues.isPaused(queue),
                routes.pool(for: task, requested: nil) != nil
            else { continue }
            let claimed = try claim(pool, only: id)
            if !claimed.isEmpty { return claimed }
        }
        return []
    }

    private func claim(_ pool: PoolKind, only id: FutureID) throws(QueueError) -> [ClaimedAttempt] {
        let found = try connection.statement(
            """
            SELECT f.id, f.attempt + 1, random(), f.task, f.priority, f.errors, f.crashes,
                f.interruptions, f.key, r.arguments, \(RequestColumns.qualifiedNames), f.queue
            FROM futures f JOIN requests r ON r.future_id = f.id
            WHERE f.id = ? AND f.pool = ? AND f.state = 'pending' AND f.hold IS NULL
            """
        ).bind(id.rawValue).bind(pool.rawValue)
            .first { row throws(QueueError) in
                var attempt = try row.claimable(from: "", for: pool)
                attempt.options.queue = row.text()
                return attempt
            }
        guard let found else { return [] }
        try start(found.id)
        count(found.options.queue, .pending, by: -1)
        count(found.options.queue, .running, by: 1)
        return [found]
    }

    private func start(_ attempt: AttemptID) throws(QueueError) {
        let started = try statements.claim
            .bind(attempt.number).bind(attempt.token).bind(now.milliseconds)
            .bind(attempt.future.rawValue).run()
        guard started == 1 else {
            throw QueueError(.badJournal, "Future \(attempt.future) is not where its index says.")
        }
    }

    /// A function that nobody here knows waits for an owner that does.
    private func holdUnknown(_ id: FutureID) throws(QueueError) {
        try connection.statement(
            """
            UPDATE OR FAIL futures SET hold = 'unknown_task'
            WHERE id = ? AND state = 'pending' AND hold IS NULL
            """
        ).bind(id.rawValue).run()
    }
}

extension Statement {
    /// A row of `HotStatements.claimableSQL`: the attempt that it is going to be.
    fileprivate func claimable(
        from queue: String, for pool: PoolKind
    ) throws(QueueError) -> ClaimedAttempt {
        let id = AttemptID(
            future: FutureID(rawValue: integer()), number: int(), token: integer())
        let (task, priority) = (text(), int())
        let charges = Charges(errors: int(), crashes: int(), interruptions: int())
        let (key, arguments) = (optionalText(), Payload(json: text()))
        return ClaimedAttempt(
            id: id, task: task, arguments: arguments, pool: pool,
            options: try RequestColumns.read(
                from: self, queue: queue, priority: priority, key: key),
            charges: charges)
    }

    /// The guard of everything that moves a running future.
    @discardableResult
    func bind(_ attempt: AttemptID) -> Statement {
        bind(attempt.future.rawValue).bind(attempt.number).bind(attempt.token)
    }
}
