import FutureModel

extension WriteContext {
    /// running → terminal.
    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?
    ) throws(QueueError) {
        guard try insert(outcome, statements.insertOutcome, { $0.bind(attempt) }) else {
            throw try superseded(attempt)
        }
        let queue = try statements.endRunning
            .bind(outcome.state.rawValue).bind(now.milliseconds).bind(attempt)
            .all { $0.text() }.first
        guard let queue else { throw try superseded(attempt) }
        if let output { try keep(output, of: attempt) }
        move(queue, from: .running, to: outcome.state)
        ended(attempt.future, outcome)
    }

    /// running → pending; the attempt that ended becomes history.
    func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause, notBefore: Timestamp?, output: CapturedOutput?
    ) throws(QueueError) {
        let due = notBefore.flatMap { $0 > now ? $0 : nil }
        try keepInHistory(attempt, cause)
        let row = try connection.statement(
            """
            UPDATE futures
            SET state = 'pending', token = NULL, hold = ?, due_ms = ?, errors = errors + ?,
                crashes = crashes + ?, interruptions = interruptions + ?
            WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
            RETURNING queue, pool
            """
        ).bind(due == nil ? nil : "retry").bind(due?.milliseconds)
            .bind(cause.errors).bind(cause.crashes).bind(cause.interruptions).bind(attempt)
            .all { row throws(QueueError) in (row.text(), try row.word(PoolKind.self)) }.first
        guard let (queue, pool) = row else { throw try superseded(attempt) }
        if let output { try keep(output, of: attempt) }
        move(queue, from: .running, to: .pending)
        if let due { isDue(due) } else { becameClaimable(queue, pool) }
    }

    /// pending → cancelled; the future must be pending.
    func cancelPending(_ id: FutureID, reason: String) throws(QueueError) {
        let outcome = RecordedOutcome.cancelled(reason: reason)
        let statement = try connection.statement(Self.insertOutcomeOfPendingSQL)
        guard try insert(outcome, statement, { $0.bind(id.rawValue) }) else {
            throw QueueError(.badInput, "Future \(id) is not pending.")
        }
        let queue = try connection.statement(
            """
            UPDATE futures SET state = 'cancelled', hold = NULL, due_ms = NULL, finished_at_ms = ?
            WHERE id = ? AND state = 'pending' RETURNING queue
            """
        ).bind(now.milliseconds).bind(id.rawValue).all { $0.text() }.first
        move(queue ?? "", from: .pending, to: .cancelled)
        ended(id, outcome)
    }

    private static let insertOutcomeOfPendingSQL = """
        INSERT INTO outcomes
            (future_id, state, value, type, message, payload, exit_code, signal, attempt, reason)
        SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM futures WHERE id = ? AND state = 'pending'
        """

    /// Whether the future was where `guarding` says; if it was not, nothing was written.
    private func insert(
        _ outcome: RecordedOutcome, _ statement: Statement, _ guarding: (Statement) -> Void
    ) throws(QueueError) -> Bool {
        var value: String?
        var failure: TaskFailure?
        var reason: String?
        switch outcome {
        case .succeeded(let payload): value = payload.json
        case .failed(let recorded): failure = recorded
        case .cancelled(let why): reason = why
        }
        statement.bind(outcome.state.rawValue).bind(value).bind(failure).bind(reason)
        guarding(statement)
        return try statement.run() > 0
    }

    private func keep(_ output: CapturedOutput, of attempt: AttemptID) throws(QueueError) {
        try statements.insertOutput
            .bind(attempt.future.rawValue).bind(attempt.number)
            .bind(output.stdout.bytes).bind(output.stdout.droppedByteCount)
            .bind(output.stderr.bytes).bind(output.stderr.droppedByteCount)
            .run()
    }

    private func keepInHistory(
        _ attempt: AttemptID, _ cause: RequeueCause
    ) throws(QueueError) {
        let kept = try connection.statement(
            """
            INSERT INTO attempts
                (future_id, number, started_at_ms, ended_at_ms, ending,
                type, message, payload, exit_code, signal, attempt)
            SELECT id, attempt, started_at_ms, ?, ?, ?, ?, ?, ?, ?, ? FROM futures
            WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
            """
        ).bind(now.milliseconds).bind(cause.name).bind(cause.failure).bind(attempt).run()
        if kept == 0 { throw try superseded(attempt) }
    }

    /// Why a guarded statement changed no row.
    private func superseded(_ attempt: AttemptID) throws(QueueError) -> QueueError {
        let row = try connection.statement("SELECT state, attempt FROM futures WHERE id = ?")
            .bind(attempt.future.rawValue)
            .first { row in (state: row.text(), number: row.int()) }
        guard let row else { return .noSuchFuture(attempt.future) }
        return QueueError(
            .attemptSuperseded,
            "Attempt \(attempt.number) of future \(attempt.future) is not the running one: the "
                + "future is \(row.state), its latest attempt is \(row.number).")
    }
}

extension RequeueCause {
    fileprivate var errors: Int {
        if case .error = self { 1 } else { 0 }
    }
    fileprivate var crashes: Int {
        if case .crash(_, charged: true) = self { 1 } else { 0 }
    }
    fileprivate var interruptions: Int {
        if case .interruption = self { 1 } else { 0 }
    }
}

extension Statement {
    /// type, message, payload, exit_code, signal, attempt
    @discardableResult
    func bind(_ failure: TaskFailure?) -> Statement {
        bind(failure?.type).bind(failure?.message).bind(failure?.payload?.json)
            .bind(failure?.exitCode.map(Int64.init)).bind(failure?.signal.map(Int64.init))
            .bind(failure?.attempt.map(Int64.init))
    }

    /// As it was bound; `nil` where there is none.
    func failure() -> TaskFailure? {
        let type = optionalText()
        let message = optionalText()
        let payload = optionalText().map { Payload(json: $0) }
        let exitCode = optionalInteger().map { Int32(truncatingIfNeeded: $0) }
        let signal = optionalInteger().map { Int32(truncatingIfNeeded: $0) }
        let attempt = optionalInteger().map { Int(truncatingIfNeeded: $0) }
        guard let type else { return nil }
        // Stored messages are within their limit, which the initializer must not apply again.
        var failure = TaskFailure(
            type: type, message: "", payload: payload, exitCode: exitCode, signal: signal,
            attempt: attempt)
        failure.message = message ?? ""
        return failure
    }
}

extension QueueError {
    static func noSuchFuture(_ id: FutureID) -> QueueError {
        QueueError(.noSuchFuture, "There is no future \(id) in this journal.")
    }
}
