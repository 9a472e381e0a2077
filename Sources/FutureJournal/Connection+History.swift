import FutureModel

extension Connection {
    /// All that happened to one future, in order of time.
    func history(_ id: FutureID) throws(QueueError) -> [HistoryEntry] {
        guard let record = try record(of: id) else { throw .noSuchFuture(id) }
        var entries = [HistoryEntry(at: record.submittedAt, event: "submitted")]
        if let origin = record.retryOf { entries[0].detail = "repeats future \(origin)" }
        let earlier: [EarlierAttempt]
        do throws(QueueError) { earlier = try earlierAttempts(of: id) } catch {
            throw error.reading(id)
        }
        entries += earlier.flatMap(\.entries)
        let isLatestKept = earlier.last?.number == record.attempt
        if let startedAt = record.startedAt, !isLatestKept {
            entries.append(
                HistoryEntry(at: startedAt, event: "started", attempt: record.attempt))
        }
        // Before the end: an event of the same millisecond led to it.
        entries += try events(of: id)
        if let finishedAt = record.finishedAt { entries.append(record.end(at: finishedAt)) }
        // `sort` is not promised to be stable, so the position decides between equal times.
        return entries.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private struct EarlierAttempt {
        var number: Int
        var entries: [HistoryEntry]
    }

    private func earlierAttempts(of id: FutureID) throws(QueueError) -> [EarlierAttempt] {
        try statement(
            """
            SELECT number, started_at_ms, ended_at_ms, ending,
                type, message, payload, exit_code, signal, attempt, pool, host, pid
            FROM attempts WHERE future_id = ? ORDER BY number
            """
        ).bind(id.rawValue).all { row throws(QueueError) in
            let number = row.int()
            let started = HistoryEntry(at: row.moment(), event: "started", attempt: number)
            let ended = HistoryEntry(
                at: row.moment(), event: row.text(), attempt: number, exception: try row.failure())
            return EarlierAttempt(number: number, entries: [started, ended])
        }
    }

    private func events(of id: FutureID) throws(QueueError) -> [HistoryEntry] {
        try statement(
            "SELECT at_ms, event, attempt, detail FROM events WHERE future_id = ? ORDER BY id"
        ).bind(id.rawValue).all { row in
            HistoryEntry(
                at: row.moment(), event: row.text(), attempt: row.optionalInteger().map(Int.init),
                detail: row.optionalText())
        }
    }
}

extension FutureRecord {
    fileprivate func end(at moment: Timestamp) -> HistoryEntry {
        var entry = HistoryEntry(at: moment, event: state.rawValue)
        if attempt > 0 { entry.attempt = attempt }
        switch outcome {
        case .failed(let failure)?: entry.exception = failure
        case .cancelled(let reason)?: entry.detail = reason
        case .succeeded?, nil: break
        }
        return entry
    }
}
