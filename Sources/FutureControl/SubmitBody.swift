package import FutureModel

/// What is to be submitted: `{"submissions": […]}`, or one submission by itself.
package struct SubmitBody: Sendable, Hashable {
    package var submissions: [Submission]

    package init(submissions: [Submission]) { self.submissions = submissions }
}

extension SubmitBody: Codable {
    private enum CodingKeys: String, CodingKey { case submissions }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.submissions) {
            try decoder.allowOnly(["submissions"])
            submissions = try container.decode([WireSubmission].self, forKey: .submissions)
                .map(\.submission)
        } else {
            submissions = [try WireSubmission(from: decoder).submission]
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(submissions, forKey: .submissions)
    }
}

extension SubmitBody {
    /// As the encoder writes it; `nil` where that takes it.
    var plainJSON: String? {
        var texts: [String] = []
        for submission in submissions {
            guard let text = submission.plainWireJSON else { return nil }
            texts.append(text)
        }
        return "{\"submissions\":[" + texts.joined(separator: ",") + "]}"
    }
}

/// A submission as people write it: of a function `{"task": "name", "arguments": […]}`, of a
/// command `{"command": ["make", "-j2"], "directory": …, "environment": {…}}`; both with `pool`
/// and `options` or without.
private struct WireSubmission: Decodable {
    var submission: Submission

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case task, arguments, command, directory, environment, pool, options
    }

    init(from decoder: any Decoder) throws {
        try decoder.allowOnly(CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var options = SubmitOptions()
        if let given = try container.decodeIfPresent(StrictOptions.self, forKey: .options) {
            options = given.options
        }
        let pool = try container.decodeIfPresent(PoolKind.self, forKey: .pool)
        if let argv = try container.decodeIfPresent([String].self, forKey: .command) {
            if container.contains(.task) || container.contains(.arguments) {
                throw DecodingError.dataCorruptedError(
                    forKey: .command, in: container,
                    debugDescription: "it is a command or a task, not both")
            }
            let command = Command(
                argv, directory: try container.decodeIfPresent(String.self, forKey: .directory),
                environment: try container.decodeIfPresent(
                    [String: String].self, forKey: .environment) ?? [:])
            submission = try Submission(command, options: options)
            return
        }
        let task = try container.decode(String.self, forKey: .task)
        let arguments = try container.decodeIfPresent(Payload.self, forKey: .arguments)
        submission = Submission(
            task: task, arguments: arguments ?? Payload(json: "[]"),
            pool: pool ?? (task == Command.taskName ? .command : nil), options: options)
    }
}

/// Refuses options that do not exist, so that a misspelt one is not silently left out.
private struct StrictOptions: Decodable {
    var options: SubmitOptions

    init(from decoder: any Decoder) throws {
        try decoder.allowOnly([
            "queue", "priority", "onCrash", "maxCrashes", "onShutdown", "maxAttempts", "backoffMs",
            "maxBackoffMs", "timeLimitMs", "graceMs", "runAt", "key", "outputLimit",
        ])
        options = try SubmitOptions(from: decoder)
    }
}
