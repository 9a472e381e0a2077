import FutureModel

extension WriteContext {
    /// Makes claimable what was held until `moment` or earlier; when the next hold ends.
    func releaseDue(_ moment: Timestamp) throws(QueueError) -> Timestamp? {
        let released = try connection.statement(Self.releaseDueSQL)
            .bind(moment.milliseconds)
            .all { row throws(QueueError) in (row.text(), try row.word(PoolKind.self)) }
        for (queue, pool) in released { becameClaimable(queue, pool) }
        return try connection.statement(Self.nextDueSQL).first { $0.optionalMoment() } ?? nil
    }

    static let releaseDueSQL = """
        UPDATE futures INDEXED BY futures_due SET hold = NULL, due_ms = NULL
        WHERE due_ms IS NOT NULL AND due_ms <= ? RETURNING queue, pool
        """
    static let nextDueSQL = "SELECT min(due_ms) FROM futures WHERE due_ms IS NOT NULL"

    /// Makes claimable what was held for a function that `routes` knows, unless its time has
    /// not come.
    func releaseKnown(_ routes: TaskRoutes) throws(QueueError) {
        try holdUnserved(routes)
        for task in routes.tasks.keys.sorted() {
            let held = try connection.statement(Self.unknownSQL).bind(task)
                .all { row throws(QueueError) in
                    Held(
                        id: row.integer(), queue: row.text(),
                        requested: try row.optionalWord(), runAt: row.optionalMoment())
                }
            for future in held { try release(future, of: task, routes) }
        }
    }

    /// A function that waits for a pool which this owner lacks finds its way anew.
    private func holdUnserved(_ routes: TaskRoutes) throws(QueueError) {
        if routes.pools.isEmpty { return }
        for pool in [PoolKind.thread, .process] where !routes.pools.contains(pool) {
            try connection.statement(Self.holdUnservedSQL).bind(pool.rawValue).run()
        }
    }

    static let holdUnservedSQL = """
        UPDATE OR FAIL futures INDEXED BY futures_claimable SET hold = 'unknown_task'
        WHERE state = 'pending' AND hold IS NULL AND pool = ?
        """

    private struct Held {
        var id: Int64
        var queue: String
        var requested: PoolKind?
        var runAt: Timestamp?
    }

    static let unknownSQL = """
        SELECT f.id, f.queue, r.pool, r.run_at_ms
        FROM futures f INDEXED BY futures_unknown JOIN requests r ON r.future_id = f.id
        WHERE f.hold = 'unknown_task' AND f.task = ? ORDER BY f.id
        """

    private func release(
        _ future: Held, of task: String, _ routes: TaskRoutes
    ) throws(QueueError) {
        guard let pool = routes.pool(for: task, requested: future.requested) else { return }
        let hold = hold(pool: pool, runAt: future.runAt)
        let due = hold == .runAt ? future.runAt : nil
        try connection.statement(
            """
            UPDATE OR FAIL futures SET pool = ?, hold = ?, due_ms = ?
            WHERE id = ? AND hold = 'unknown_task'
            """
        ).bind(pool.rawValue).bind(hold?.name).bind(due?.milliseconds).bind(future.id).run()
        if let due { isDue(due) } else { becameClaimable(future.queue, pool) }
    }
}
