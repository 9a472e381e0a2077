import FutureModel

/// Futures as rows.
enum RecordTable {
    static func text(_ records: [FutureRecord], now: Timestamp) -> String {
        var table = Table(
            header: ["ID", "STATE", "QUEUE", "ATTEMPT", "TIME", "TASK", "REASON"])
        for record in records {
            table.append(
                record.id.description, record.state.rawValue, record.options.queue,
                record.attempt.description, DurationText.brief(record.time(at: now)),
                shortened(WorkText.text(record)), record.why ?? "")
        }
        return table.text
    }

    private static let workWidth = 60

    private static func shortened(_ text: String) -> String {
        text.count > workWidth ? text.prefix(workWidth - 1) + "…" : text
    }
}

extension FutureRecord {
    /// How long it has waited, has run so far, or ran; all attempts and pauses of one that ended
    /// count.
    func time(at now: Timestamp) -> Duration {
        switch state {
        case .pending: now - submittedAt
        case .running: now - (startedAt ?? submittedAt)
        case .succeeded, .failed, .cancelled:
            (finishedAt ?? now) - (startedAt ?? finishedAt ?? now)
        }
    }

    /// Why it is where it is, for a person; of one that failed, its exception.
    var why: String? {
        if case .failed(let failure)? = outcome { return failure.sentence }
        return reason
    }
}
