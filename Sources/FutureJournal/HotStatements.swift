import FutureModel

/// The statements of a future's plain life, prepared once.
struct HotStatements {
    let begin: Statement
    let commit: Statement
    let insertFuture: Statement
    let insertRequest: Statement
    let claim: Statement
    let request: Statement
    let endRunning: Statement
    let insertOutcome: Statement
    let insertOutput: Statement
    let count: Statement

    init(_ connection: Connection) throws(QueueError) {
        begin = try Statement("BEGIN IMMEDIATE", on: connection)
        commit = try Statement("COMMIT", on: connection)
        insertFuture = try Statement(Self.insertFutureSQL, on: connection)
        insertRequest = try Statement(Self.insertRequestSQL, on: connection)
        claim = try Statement(Self.claimSQL, on: connection)
        request = try Statement(Self.requestSQL, on: connection)
        endRunning = try Statement(Self.endRunningSQL, on: connection)
        insertOutcome = try Statement(Self.insertOutcomeSQL, on: connection)
        insertOutput = try Statement(Self.insertOutputSQL, on: connection)
        count = try Statement(Self.countSQL, on: connection)
    }
}

extension HotStatements {
    static let insertFutureSQL = """
        INSERT INTO futures
            (queue, task, pool, hold, priority, due_ms, submitted_at_ms, key, retry_of)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let insertRequestSQL = """
        INSERT INTO requests
            (future_id, arguments, pool, \(RequestColumns.names))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// The `id IN` takes a queue's turn through the partial index, and touches no other row.
    static let claimSQL = """
        UPDATE futures
        SET state = 'running', attempt = attempt + 1, token = random(), started_at_ms = ?,
            cancel_requested = 0
        WHERE id IN (
            SELECT id FROM futures INDEXED BY futures_claimable
            WHERE state = 'pending' AND hold IS NULL AND pool = ? AND queue = ?
            ORDER BY priority DESC, id LIMIT ?)
        RETURNING id, attempt, token, task, priority, errors, crashes, interruptions, key
        """

    static let requestSQL = """
        SELECT arguments, \(RequestColumns.names) FROM requests WHERE future_id = ?
        """

    /// Nothing is inserted unless the attempt is the running one: the guard of every settle.
    static let insertOutcomeSQL = """
        INSERT INTO outcomes
            (future_id, state, value, type, message, payload, exit_code, signal, attempt, reason)
        SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM futures
        WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
        """

    static let endRunningSQL = """
        UPDATE futures SET state = ?, finished_at_ms = ?, token = NULL
        WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
        RETURNING queue
        """

    static let insertOutputSQL = """
        INSERT INTO outputs
            (future_id, attempt, stdout, stdout_dropped, stderr, stderr_dropped)
        VALUES (?, ?, ?, ?, ?, ?)
        """

    static let countSQL = "UPDATE counts SET count = count + ? WHERE queue = ? AND state = ?"
}
