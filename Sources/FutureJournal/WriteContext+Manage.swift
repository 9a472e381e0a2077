import FutureModel

extension WriteContext {
    /// The state in which each of `ids` was found; the pending ones are cancelled.
    func cancelPending(_ ids: [FutureID], reason: String) throws(QueueError) -> [FutureState] {
        // All are looked up before the first write, so that an unknown id changes nothing.
        for id in ids { _ = try state(of: id) }
        var found: [FutureState] = []
        for id in ids {
            let state = try state(of: id)
            if state == .pending { try cancelPending(id, reason: reason) }
            found.append(state)
        }
        return found
    }

    /// pending → cancelled for all there are; each kind of waiting has an index of its own.
    func cancelAllPending(reason: String) throws(QueueError) -> Int {
        var ids: [FutureID] = []
        for source in Connection.pendingSources {
            ids += try connection.statement(
                "SELECT id FROM \(source.table) WHERE \(source.condition)"
            ).all { FutureID(rawValue: $0.integer()) }
        }
        for id in ids.sorted() { try cancelPending(id, reason: reason) }
        return ids.count
    }

    /// New futures that ask for what `ids` asked for.
    func retry(_ ids: [FutureID], routes: TaskRoutes) throws(QueueError) -> [FutureID] {
        var submissions: [Submission] = []
        for id in ids {
            guard let record = try connection.record(of: id) else { throw .noSuchFuture(id) }
            guard record.state.isTerminal else {
                throw QueueError(
                    .badInput,
                    "Future \(id) is \(record.state.rawValue); only one that has ended "
                        + "can be retried.")
            }
            submissions.append(try submission(again: record))
        }
        var made: [FutureID] = []
        for (id, submission) in zip(ids, submissions) {
            made.append(try submit(submission, routes: routes, retryOf: id))
        }
        return made
    }

    private func submission(again record: FutureRecord) throws(QueueError) -> Submission {
        let asked = try connection.statement(
            "SELECT arguments, pool FROM requests WHERE future_id = ?"
        ).bind(record.id.rawValue).first { row throws(QueueError) in
            (arguments: row.text(), pool: try row.optionalWord(PoolKind.self))
        }
        guard let asked else {
            throw QueueError(.badJournal, "Future \(record.id) has lost its request.")
        }
        var options = record.options
        options.key = nil
        return Submission(
            task: record.task, arguments: Payload(json: asked.arguments), pool: asked.pool,
            options: options)
    }

    static let runningSQL = """
        SELECT f.id, f.attempt, f.token, f.task, f.pool, f.queue, f.priority, f.key,
            f.errors, f.crashes, f.interruptions, f.cancel_requested, r.arguments,
            \(RequestColumns.names)
        FROM futures f INDEXED BY futures_running JOIN requests r ON r.future_id = f.id
        WHERE f.state = 'running' ORDER BY f.id
        """

    /// What is `running`, with all that its policy needs; by id.
    func runningAttempts() throws(QueueError) -> [ClaimedAttempt] {
        try connection.statement(Self.runningSQL).all { row throws(QueueError) in
            let attempt = AttemptID(
                future: FutureID(rawValue: row.integer()), number: row.int(), token: row.integer())
            let task = row.text()
            let pool = try row.word(PoolKind.self)
            let (queue, priority, key) = (row.text(), row.int(), row.optionalText())
            let charges = Charges(
                errors: row.int(), crashes: row.int(), interruptions: row.int())
            let cancelRequested = row.int() != 0
            let arguments = Payload(json: row.text())
            return ClaimedAttempt(
                id: attempt, task: task, arguments: arguments, pool: pool,
                options: try RequestColumns.read(
                    from: row, queue: queue, priority: priority, key: key),
                charges: charges, cancelRequested: cancelRequested)
        }
    }

    /// Ends attempts whose owner died; how many were still the running ones.
    func recover(
        _ attempts: [(attempt: AttemptID, transition: Transition)]
    ) throws(QueueError) -> Int {
        var recovered = 0
        for (attempt, transition) in attempts {
            do {
                let isBug = SeededBug.recoverWithoutToken.isPlanted
                try end(isBug ? current(attempt) : attempt, transition)
            } catch  where error.code == .attemptSuperseded || error.code == .noSuchFuture {
                continue
            }
            try append("recovered", of: attempt.future, attempt.number, transition.word)
            recovered += 1
        }
        return recovered
    }

    private func end(_ attempt: AttemptID, _ transition: Transition) throws(QueueError) {
        switch transition {
        case .settle(let outcome): try settle(attempt, outcome, output: nil)
        case .requeue(let cause, let delay):
            try requeue(
                attempt, cause, notBefore: delay > .zero ? now + delay : nil, output: nil)
        }
    }

    func note(_ event: String, of id: FutureID, detail: String?) throws(QueueError) {
        let attempt = try connection.statement("SELECT attempt FROM futures WHERE id = ?")
            .bind(id.rawValue).first { $0.int() }
        guard let attempt else { throw .noSuchFuture(id) }
        try append(event, of: id, attempt == 0 ? nil : attempt, detail)
        guard event == "cancel_requested" else { return }
        try connection.statement(
            "UPDATE futures SET cancel_requested = 1 WHERE id = ? AND state = 'running'"
        ).bind(id.rawValue).run()
    }

    private func append(
        _ event: String, of id: FutureID, _ attempt: Int?, _ detail: String?
    ) throws(QueueError) {
        try connection.statement(
            "INSERT INTO events (future_id, at_ms, event, attempt, detail) VALUES (?, ?, ?, ?, ?)"
        ).bind(id.rawValue).bind(now.milliseconds).bind(event).bind(attempt.map(Int64.init))
            .bind(detail).run()
    }

    private func state(of id: FutureID) throws(QueueError) -> FutureState {
        let state = try connection.statement("SELECT state FROM futures WHERE id = ?")
            .bind(id.rawValue).first { row throws(QueueError) in try row.word(FutureState.self) }
        guard let state else { throw .noSuchFuture(id) }
        return state
    }
}

extension Transition {
    /// What became of the future, in one word.
    fileprivate var word: String {
        switch self {
        case .settle(let outcome): outcome.state.rawValue
        case .requeue(let cause, _): cause.name
        }
    }
}
