import FutureModel

/// Reading, the same for the owner and for everybody else.
extension Connection {
    /// All of one future, its output included; `nil` for an unknown id.
    func record(of id: FutureID) throws(QueueError) -> FutureRecord? {
        guard var record = try row(of: id) else { return nil }
        if record.state.isTerminal, record.command != nil, record.attempt > 0 {
            record.output = try output(of: id, attempt: record.attempt) ?? CapturedOutput()
        }
        return record
    }

    /// As ``record(of:)``, without its output.
    func row(of id: FutureID) throws(QueueError) -> FutureRecord? {
        do throws(QueueError) {
            return try statement(Self.recordSQL + " WHERE f.id = ?").bind(id.rawValue)
                .first { row throws(QueueError) in try row.record() }
        } catch {
            throw error.reading(id)
        }
    }

    func records(_ ids: [FutureID]) throws(QueueError) -> [FutureRecord] {
        var records: [FutureRecord] = []
        for id in ids {
            guard let record = try record(of: id) else { throw .noSuchFuture(id) }
            records.append(record)
        }
        return records
    }

    func snapshots(_ ids: [FutureID]) throws(QueueError) -> [FutureSnapshot] {
        let statement = try statement(
            """
            SELECT f.state, \(Self.outcomeColumns)
            FROM futures f LEFT JOIN outcomes o ON o.future_id = f.id WHERE f.id = ?
            """)
        var snapshots: [FutureSnapshot] = []
        snapshots.reserveCapacity(ids.count)
        for id in ids {
            let snapshot: FutureSnapshot?
            do throws(QueueError) {
                snapshot = try statement.bind(id.rawValue).first { row throws(QueueError) in
                    let state = try row.word(FutureState.self)
                    return FutureSnapshot(
                        id: id, state: state, outcome: try row.outcome(of: state))
                }
            } catch {
                throw error.reading(id)
            }
            guard let snapshot else { throw .noSuchFuture(id) }
            snapshots.append(snapshot)
        }
        return snapshots
    }

    func states(_ ids: [FutureID]) throws(QueueError) -> [FutureState] {
        let statement = try statement("SELECT state FROM futures WHERE id = ?")
        var states: [FutureState] = []
        states.reserveCapacity(ids.count)
        for id in ids {
            let state = try statement.bind(id.rawValue).first { row throws(QueueError) in
                try row.word(FutureState.self)
            }
            guard let state else { throw .noSuchFuture(id) }
            states.append(state)
        }
        return states
    }

    func output(of id: FutureID, attempt: Int) throws(QueueError) -> CapturedOutput? {
        try statement(
            """
            SELECT stdout, stdout_dropped, stderr, stderr_dropped FROM outputs
            WHERE future_id = ? AND attempt = ?
            """
        ).bind(id.rawValue).bind(attempt).first { row in
            CapturedOutput(
                stdout: CapturedStream(bytes: row.data(), droppedByteCount: row.int()),
                stderr: CapturedStream(bytes: row.data(), droppedByteCount: row.int()))
        }
    }

    /// Of the latest attempt that has ended; empty if none has.
    func output(of id: FutureID) throws(QueueError) -> CapturedOutput {
        let row = try statement("SELECT state, attempt FROM futures WHERE id = ?")
            .bind(id.rawValue).first { row throws(QueueError) in
                (state: try row.word(FutureState.self), attempt: row.int())
            }
        guard let row else { throw .noSuchFuture(id) }
        let ended = row.state == .running ? row.attempt - 1 : row.attempt
        return try output(of: id, attempt: ended) ?? CapturedOutput()
    }

    func stats() throws(QueueError) -> QueueStats {
        let rows = try statement("SELECT queue, state, count FROM counts")
            .all { row throws(QueueError) in
                (row.text(), try row.word(FutureState.self), row.int())
            }
        var queues: [String: QueueStats.Counts] = [:]
        for (queue, state, count) in rows { queues[queue, default: .init()][state] = count }
        return QueueStats(queues: queues)
    }

    /// Of the row alone, however damaged what belongs to it is.
    func newestID() throws(QueueError) -> FutureID? {
        try statement("SELECT max(id) FROM futures").first { $0.optionalInteger() }?
            .map { FutureID(rawValue: $0) }
    }

    static let outcomeColumns = """
        o.value, o.reason, o.type, o.message, o.payload, o.exit_code, o.signal, o.attempt,
            o.pool, o.host, o.pid
        """

    static let recordSQL = """
        SELECT f.id, f.task, f.pool, f.state, f.hold, f.due_ms, f.attempt, f.submitted_at_ms,
            f.started_at_ms, f.finished_at_ms, f.errors, f.crashes, f.interruptions, f.retry_of,
            f.cancel_requested, f.queue, f.priority, f.key, r.arguments,
            \(RequestColumns.qualifiedNames), \(outcomeColumns)
        FROM futures f JOIN requests r ON r.future_id = f.id
            LEFT JOIN outcomes o ON o.future_id = f.id
        """
}

extension Statement {
    /// A row of `Connection.recordSQL`.
    func record() throws(QueueError) -> FutureRecord {
        let id = FutureID(rawValue: integer())
        let task = text()
        let pool = try optionalWord(PoolKind.self)
        let state = try word(FutureState.self)
        let hold = try hold()
        var record = FutureRecord(
            id: id, task: task, pool: pool, state: state, hold: hold, attempt: int(),
            submittedAt: moment(), startedAt: optionalMoment(), finishedAt: optionalMoment(),
            charges: Charges(errors: int(), crashes: int(), interruptions: int()),
            retryOf: optionalInteger().map { FutureID(rawValue: $0) }, cancelRequested: int() != 0)
        let (queue, priority, key) = (text(), int(), optionalText())
        let arguments = try json()
        if task == Command.taskName {
            guard let command = try? arguments.decode(as: Command.self) else {
                throw QueueError(.badJournal, "The column 'arguments' holds no command.")
            }
            record.command = command
        } else {
            record.arguments = arguments
        }
        record.options = try RequestColumns.read(
            from: self, queue: queue, priority: priority, key: key)
        record.outcome = try outcome(of: state)
        return record
    }

    /// hold, due_ms
    private func hold() throws(QueueError) -> Hold? {
        let word = optionalText()
        let due = optionalMoment()
        switch word {
        case nil: return nil
        case "unknown_task"?: return .unknownTask
        case "run_at"?: return .runAt
        case "retry"?: return .retry(due ?? Timestamp(milliseconds: 0))
        case "dependency"?: return .dependency
        case let word?:
            throw QueueError(.badJournal, "The column 'hold' holds the unknown word '\(word)'.")
        }
    }

    /// `Connection.outcomeColumns`
    func outcome(of state: FutureState) throws(QueueError) -> RecordedOutcome? {
        let value = try optionalJSON()
        let reason = optionalText()
        let failure = try failure()
        switch (state, value, failure, reason) {
        case (.pending, _, _, _), (.running, _, _, _): return nil
        case (.succeeded, let value?, _, _): return .succeeded(value)
        case (.failed, _, let failure?, _): return .failed(failure)
        case (.cancelled, _, _, let reason?): return .cancelled(reason: reason)
        default: throw QueueError(.badJournal, "It has \(state.rawValue), and no such outcome.")
        }
    }
}
