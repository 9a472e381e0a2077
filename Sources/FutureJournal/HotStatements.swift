import FutureModel

/// The statements of a future's plain life, prepared once.
struct HotStatements {
    let begin: Statement
    let commit: Statement
    let insertFuture: Statement
    let insertRequest: Statement
    let claimable: Statement
    let claim: Statement
    let running: Statement
    let endRunning: Statement
    let insertOutcome: Statement
    let insertOutput: Statement
    let count: Statement

    init(_ connection: Connection) throws(QueueError) {
        begin = try Statement("BEGIN IMMEDIATE", on: connection)
        commit = try Statement("COMMIT", on: connection)
        insertFuture = try Statement(Self.insertFutureSQL, on: connection)
        insertRequest = try Statement(Self.insertRequestSQL, on: connection)
        claimable = try Statement(Self.claimableSQL, on: connection)
        claim = try Statement(Self.claimSQL, on: connection)
        running = try Statement(Self.runningSQL, on: connection)
        endRunning = try Statement(Self.endRunningSQL, on: connection)
        insertOutcome = try Statement(Self.insertOutcomeSQL, on: connection)
        insertOutput = try Statement(Self.insertOutputSQL, on: connection)
        count = try Statement(Self.countSQL, on: connection)
    }
}

extension HotStatements {
    static let insertFutureSQL = """
        INSERT OR FAIL INTO futures
            (queue, task, pool, hold, priority, due_ms, submitted_at_ms, key, retry_of)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let insertRequestSQL = """
        INSERT OR FAIL INTO requests
            (future_id, arguments, pool, \(RequestColumns.names))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// What a queue has for a pool, in the order of the partial index, each with a new token.
    static let claimableSQL = """
        SELECT f.id, f.attempt + 1, random(), f.task, f.priority, f.errors, f.crashes,
            f.interruptions, f.key, r.arguments, \(RequestColumns.qualifiedNames)
        FROM futures f INDEXED BY futures_claimable JOIN requests r ON r.future_id = f.id
        WHERE f.state = 'pending' AND f.hold IS NULL AND f.pool = ? AND f.queue = ?
        ORDER BY f.priority DESC, f.id LIMIT ?
        """

    /// One row at a time: a RETURNING or an IN would build a temporary table at each run, which
    /// costs more than all the rest of a claim.
    static let claimSQL = """
        UPDATE OR FAIL futures
        SET state = 'running', attempt = ?, token = ?, started_at_ms = ?, cancel_requested = 0
        WHERE id = ? AND state = 'pending' AND hold IS NULL
        """

    /// The guard of everything that moves a running future.
    static let runningSQL = """
        SELECT queue, pool FROM futures
        WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
        """

    static let insertOutcomeSQL = """
        INSERT OR FAIL INTO outcomes
            (future_id, state, value, type, message, payload, exit_code, signal, attempt, pool,
            host, pid, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let endRunningSQL = """
        UPDATE OR FAIL futures SET state = ?, finished_at_ms = ?, token = NULL
        WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
        """

    static let insertOutputSQL = """
        INSERT INTO outputs
            (future_id, attempt, stdout, stdout_dropped, stderr, stderr_dropped)
        VALUES (?, ?, ?, ?, ?, ?)
        """

    static let countSQL = "UPDATE counts SET count = count + ? WHERE queue = ? AND state = ?"
}
