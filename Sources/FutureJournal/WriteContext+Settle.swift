import FutureModel

extension WriteContext {
    /// running → terminal.
    func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome, output: CapturedOutput?
    ) throws(QueueError) {
        let attempt = SeededBug.settleWithoutToken.isPlanted ? try current(attempt) : attempt
        let (queue, _) = try running(attempt)
        try insert(outcome, of: attempt.future)
        let ended = try statements.endRunning
            .bind(outcome.state.rawValue).bind(now.milliseconds).bind(attempt).run()
        guard ended == 1 else { throw try superseded(attempt) }
        if let output { try keep(output, of: attempt) }
        move(queue, from: .running, to: outcome.state)
        self.ended(attempt.future, outcome)
    }

    /// running → pending; the attempt that ended becomes history.
    func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause, notBefore: Timestamp?, output: CapturedOutput?
    ) throws(QueueError) {
        let due = notBefore.flatMap { $0 > now ? $0 : nil }
        let (queue, pool) = try running(attempt)
        try keepInHistory(attempt, cause)
        let requeued = try connection.statement(
            """
            UPDATE OR FAIL futures
            SET state = 'pending', token = NULL, hold = ?, due_ms = ?, errors = errors + ?,
                crashes = crashes + ?, interruptions = interruptions + ?
            WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
            """
        ).bind(due == nil ? nil : "retry").bind(due?.milliseconds)
            .bind(cause.errors).bind(cause.crashes).bind(cause.interruptions).bind(attempt).run()
        guard requeued == 1 else { throw try superseded(attempt) }
        if let output { try keep(output, of: attempt) }
        move(queue, from: .running, to: .pending)
        if let due { isDue(due) } else { becameClaimable(queue, pool) }
    }

    /// pending → cancelled; the future must be pending.
    func cancelPending(_ id: FutureID, reason: String) throws(QueueError) {
        let queue = try connection.statement(
            "SELECT queue FROM futures WHERE id = ? AND state = 'pending'"
        ).bind(id.rawValue).first { $0.text() }
        guard let queue else { throw QueueError(.badInput, "Future \(id) is not pending.") }
        let outcome = RecordedOutcome.cancelled(reason: reason)
        try insert(outcome, of: id)
        try connection.statement(
            """
            UPDATE OR FAIL futures
            SET state = 'cancelled', hold = NULL, due_ms = NULL, finished_at_ms = ?
            WHERE id = ? AND state = 'pending'
            """
        ).bind(now.milliseconds).bind(id.rawValue).run()
        move(queue, from: .pending, to: .cancelled)
        ended(id, outcome)
    }

    /// Where the running attempt belongs. Throws, before anything is written, if it is not the
    /// running one.
    private func running(
        _ attempt: AttemptID
    ) throws(QueueError) -> (queue: String, pool: PoolKind) {
        let row = try statements.running.bind(attempt)
            .first { row throws(QueueError) in (row.text(), try row.word(PoolKind.self)) }
        guard let row else { throw try superseded(attempt) }
        return row
    }

    private func insert(_ outcome: RecordedOutcome, of id: FutureID) throws(QueueError) {
        var value: String?
        var failure: TaskFailure?
        var reason: String?
        switch outcome {
        case .succeeded(let payload): value = payload.json
        case .failed(let recorded): failure = recorded
        case .cancelled(let why): reason = why
        }
        try statements.insertOutcome
            .bind(id.rawValue).bind(outcome.state.rawValue).bind(value).bind(failure).bind(reason)
            .run()
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
                type, message, payload, exit_code, signal, attempt, pool, host, pid)
            SELECT id, attempt, started_at_ms, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM futures
            WHERE id = ? AND attempt = ? AND token = ? AND state = 'running'
            """
        ).bind(now.milliseconds).bind(cause.name).bind(cause.failure).bind(attempt).run()
        if kept == 0 { throw try superseded(attempt) }
    }

    /// The attempt that the row holds, whoever reports: only a ``SeededBug`` asks for it.
    func current(_ attempt: AttemptID) throws(QueueError) -> AttemptID {
        let row = try connection.statement("SELECT attempt, token FROM futures WHERE id = ?")
            .bind(attempt.future.rawValue).first { (number: $0.int(), token: $0.integer()) }
        guard let row else { return attempt }
        return AttemptID(future: attempt.future, number: row.number, token: row.token)
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
    /// type, message, payload, exit_code, signal, attempt, pool, host, pid
    @discardableResult
    func bind(_ failure: TaskFailure?) -> Statement {
        bind(failure?.type).bind(failure?.message).bind(failure?.payload?.json)
            .bind(failure?.exitCode.map(Int64.init)).bind(failure?.signal.map(Int64.init))
            .bind(failure?.attempt.map(Int64.init))
            .bind(failure?.place?.pool.rawValue).bind(failure?.place?.host)
            .bind(failure?.place?.pid.map(Int64.init))
    }

    /// As it was bound; `nil` where there is none.
    func failure() throws(QueueError) -> TaskFailure? {
        let type = optionalText()
        let message = optionalText()
        let payload = try optionalJSON()
        let exitCode = optionalInteger().map { Int32(truncatingIfNeeded: $0) }
        let signal = optionalInteger().map { Int32(truncatingIfNeeded: $0) }
        let attempt = optionalInteger().map { Int(truncatingIfNeeded: $0) }
        let place = place()
        guard let type else { return nil }
        // Stored messages are within their limit, which the initializer must not apply again.
        var failure = TaskFailure(
            type: type, message: "", payload: payload, exitCode: exitCode, signal: signal,
            attempt: attempt, place: place)
        failure.message = message ?? ""
        return failure
    }

    private func place() -> AttemptPlace? {
        let pool = optionalText().flatMap { PoolKind(rawValue: $0) }
        let host = optionalText()
        let pid = optionalInteger().map { Int32(truncatingIfNeeded: $0) }
        guard let pool, let host else { return nil }
        return AttemptPlace(pool: pool, host: host, pid: pid)
    }
}

extension QueueError {
    static func noSuchFuture(_ id: FutureID) -> QueueError {
        QueueError(.noSuchFuture, "There is no future \(id) in this journal.")
    }
}
