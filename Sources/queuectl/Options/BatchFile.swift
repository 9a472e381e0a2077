import Foundation
import FutureModel

/// Many submissions as text, one JSON value a line: an argv array, or an object with the words
/// that `show --json` has: `command`, `directory`, `environment`, or `task`, `arguments`, `pool`;
/// and `options`. Empty lines are skipped.
struct BatchFile {
    /// What each line starts from.
    let options: SubmitOptions
    /// Makes a command of an argv, a directory that may be relative, and settings on top of what
    /// travels anyway.
    let command: ([String], String?, [String: String]) throws(QueueError) -> Command

    func submissions(_ bytes: Data) throws(QueueError) -> [Submission] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw QueueError(.badInput, "The batch is not valid UTF-8.")
        }
        var submissions: [Submission] = []
        // By bytes: Unicode knows ends of lines that may stand in a JSON string.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        for (index, line) in lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
            do {
                submissions.append(try submission(line))
            } catch {
                throw QueueError(error.code, "Line \(index + 1): \(error.message)")
            }
        }
        if submissions.isEmpty { throw QueueError(.badInput, "The batch is empty.") }
        if submissions.count > Limits.batchCount {
            throw QueueError(
                .badInput,
                "The batch has \(submissions.count) futures; one submit takes \(Limits.batchCount)."
            )
        }
        return submissions
    }

    private func submission(_ line: Substring) throws(QueueError) -> Submission {
        guard let value = try? Payload(reading: line) else {
            throw QueueError(.badInput, "This is not JSON.")
        }
        let submission: Submission
        if value.json.hasPrefix("[") {
            submission = try commandSubmission(["command": value])
        } else if let fields: [String: Payload] = try? value.decode() {
            submission =
                fields["command"] != nil
                ? try commandSubmission(fields) : try functionSubmission(fields)
        } else {
            throw QueueError(.badInput, "This is neither an argv array nor an object.")
        }
        try submission.validate()
        return submission
    }

    private func commandSubmission(
        _ fields: [String: Payload]
    ) throws(QueueError) -> Submission {
        try Self.refuseUnknown(fields, ["command", "directory", "environment", "options"])
        let argv: [String] = try Self.read("command", fields, "an array of strings") ?? []
        let environment: [String: String]? =
            try Self.read("environment", fields, "an object of strings")
        let command = try command(
            argv, try Self.read("directory", fields, "a string"), environment ?? [:])
        return try Submission(command, options: try merged(fields["options"]))
    }

    private func functionSubmission(
        _ fields: [String: Payload]
    ) throws(QueueError) -> Submission {
        try Self.refuseUnknown(fields, ["task", "arguments", "pool", "options"])
        guard let task: String = try Self.read("task", fields, "a string") else {
            throw QueueError(.badInput, "It has neither 'command' nor 'task'.")
        }
        let arguments = fields["arguments"].flatMap { $0 == .null ? nil : $0 }
        guard arguments?.json.hasPrefix("[") != false else {
            throw QueueError(.badInput, "'arguments' is not an array.")
        }
        let pool: PoolKind? = try Self.read("pool", fields, "\"thread\" or \"process\"")
        return Submission(
            task: task, arguments: arguments ?? Payload(list: []), pool: pool,
            options: try merged(fields["options"]))
    }

    /// The options of one line laid over those of the command line.
    private func merged(_ changes: Payload?) throws(QueueError) -> SubmitOptions {
        guard let changes, changes != .null else { return options }
        guard let changes: [String: Payload] = try? changes.decode() else {
            throw QueueError(.badInput, "'options' is not an object.")
        }
        do {
            let base: [String: Payload] = try WireJSON.decode(from: WireJSON.encode(options))
            try Self.refuseUnknown(
                changes, Set(base.keys).union(["time_limit_ms", "run_at", "key"]))
            let data = try WireJSON.encode(base.merging(changes) { _, change in change })
            return try WireJSON.decode(from: data)
        } catch let error as QueueError {
            throw error
        } catch {
            throw QueueError(.badInput, "'options' has a value of the wrong type.")
        }
    }

    private static func refuseUnknown(
        _ fields: [String: Payload], _ known: Set<String>
    ) throws(QueueError) {
        if let unknown = fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw QueueError(
                .badInput,
                "'\(unknown)' is none of \(known.sorted().joined(separator: ", ")).")
        }
    }

    private static func read<Value: Decodable>(
        _ key: String, _ fields: [String: Payload], _ kind: String
    ) throws(QueueError) -> Value? {
        guard let field = fields[key], field != .null else { return nil }
        do {
            return try field.decode()
        } catch {
            throw QueueError(.badInput, "'\(key)' is not \(kind).")
        }
    }
}
