import FutureModel

/// One future as names and what they stand for.
struct RecordSheet {
    let record: FutureRecord
    let session: Session

    var text: String {
        var table = Table()
        func row(_ name: String, _ value: String?) {
            if let value { table.append(name, value) }
        }
        row("id", record.id.description)
        row("task", WorkText.text(record))
        row("state", record.state.rawValue)
        row("reason", record.reason)
        row("exception", failure?.sentence)
        row("ran in", failure?.place?.description)
        row("value", value)
        row("exit code", record.exitCode?.description)
        row("queue", record.options.queue)
        row("priority", record.options.priority.description)
        row("attempt", "\(record.attempt)\(charges)")
        row("submitted", time(record.submittedAt))
        row("not before", record.options.runAt.map(time))
        row("started", record.startedAt.map(time))
        row("finished", record.finishedAt.map(time))
        row("ran for", ranFor)
        row("directory", record.command?.directory)
        row("environment", environment)
        row("stdout", record.output.map { size($0.stdout) })
        row("stderr", record.output.map { size($0.stderr) })
        row("on crash", onCrash)
        row("on shutdown", record.options.onShutdown.rawValue)
        row("time limit", record.options.timeLimit.map(DurationText.exact))
        row("key", record.options.key)
        row("retry of", record.retryOf?.description)
        return table.text
    }

    private var failure: TaskFailure? {
        if case .failed(let failure)? = record.outcome { failure } else { nil }
    }

    private var value: String? {
        guard record.command == nil, case .succeeded(let value)? = record.outcome else {
            return nil
        }
        return value.json
    }

    private var charges: String {
        let charges = record.charges
        let counts = [
            (charges.errors, "failed"), (charges.crashes, "crashed"),
            (charges.interruptions, "interrupted"),
        ]
        let words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let limit = record.options.retry.maxAttempts
        let ofLimit = limit > 1 ? " of \(limit)" : ""
        return ofLimit + (words.isEmpty ? "" : " (before: \(words.joined(separator: ", ")))")
    }

    private var ranFor: String? {
        guard record.startedAt != nil, record.state != .pending else { return nil }
        return DurationText.brief(record.time(at: session.time.now()))
    }

    private var environment: String? {
        guard let environment = record.command?.environment, !environment.isEmpty else {
            return nil
        }
        return WorkText.shellText(environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
    }

    private var onCrash: String {
        let options = record.options
        return options.onCrash == .retry
            ? "retry (up to \(options.maxCrashes) times)" : options.onCrash.rawValue
    }

    private func time(_ moment: Timestamp) -> String {
        LocalTime.text(moment, in: session.timeZone())
    }

    private func size(_ stream: CapturedStream) -> String {
        let dropped = stream.droppedByteCount
        return "\(stream.bytes.count) bytes" + (dropped > 0 ? ", \(dropped) more not kept" : "")
    }
}
