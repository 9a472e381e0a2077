import Foundation

extension FutureRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, task, command, directory, environment, arguments, pool, queue, state, hold
        case attempt, priority, submittedAt, runAt, nextAttemptAt, startedAt, finishedAt
        case exitCode, value, exception, reason, stdout, stderr, stdoutDropped, stderrDropped
        case options, charges, retryOf, cancelRequested
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(task, forKey: .task)
        try container.encode(command?.argv, forKey: .command)
        try container.encode(command?.directory, forKey: .directory)
        try container.encode(command?.environment, forKey: .environment)
        try container.encode(arguments, forKey: .arguments)
        try container.encode(pool, forKey: .pool)
        try container.encode(options.queue, forKey: .queue)
        try container.encode(state, forKey: .state)
        try container.encode(hold?.name, forKey: .hold)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(options.priority, forKey: .priority)
        try container.encode(submittedAt, forKey: .submittedAt)
        try container.encode(options.runAt, forKey: .runAt)
        var nextAttemptAt: Timestamp?
        if case .retry(let moment) = hold { nextAttemptAt = moment }
        try container.encode(nextAttemptAt, forKey: .nextAttemptAt)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(exitCode, forKey: .exitCode)
        try encodeOutcome(to: &container)
        try container.encode(reason, forKey: .reason)
        if !lacksOutput {
            try container.encode(output?.stdout.bytes, forKey: .stdout)
            try container.encode(output?.stderr.bytes, forKey: .stderr)
            try container.encode(output?.stdout.droppedByteCount, forKey: .stdoutDropped)
            try container.encode(output?.stderr.droppedByteCount, forKey: .stderrDropped)
        }
        try container.encode(options, forKey: .options)
        try container.encode(charges, forKey: .charges)
        try container.encode(retryOf, forKey: .retryOf)
        try container.encode(cancelRequested, forKey: .cancelRequested)
    }

    /// A succeeded command's value is what it wrote to stdout, as `queuectl result` prints it.
    private func encodeOutcome(to container: inout KeyedEncodingContainer<CodingKeys>) throws {
        var failure: TaskFailure?
        switch outcome {
        case .succeeded? where lacksOutput: break
        case .succeeded? where command != nil:
            try container.encode(output?.stdout.text, forKey: .value)
        case .succeeded(let value)?: try container.encode(value, forKey: .value)
        case .failed(let recorded)?:
            failure = recorded
            try container.encodeNil(forKey: .value)
        case .cancelled?, nil: try container.encodeNil(forKey: .value)
        }
        try container.encode(failure, forKey: .exception)
    }

    /// Whether there is an output that was not read, as in a list.
    private var lacksOutput: Bool {
        command != nil && state.isTerminal && attempt > 0 && output == nil
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(FutureID.self, forKey: .id),
            task: try container.decode(String.self, forKey: .task),
            arguments: try container.decodeIfPresent(Payload.self, forKey: .arguments),
            pool: try container.decodeIfPresent(PoolKind.self, forKey: .pool),
            state: try container.decode(FutureState.self, forKey: .state),
            attempt: try container.decode(Int.self, forKey: .attempt),
            submittedAt: try container.decode(Timestamp.self, forKey: .submittedAt),
            startedAt: try container.decodeIfPresent(Timestamp.self, forKey: .startedAt),
            finishedAt: try container.decodeIfPresent(Timestamp.self, forKey: .finishedAt),
            options: try container.decode(SubmitOptions.self, forKey: .options),
            charges: try container.decode(Charges.self, forKey: .charges),
            retryOf: try container.decodeIfPresent(FutureID.self, forKey: .retryOf),
            cancelRequested: try container.decode(Bool.self, forKey: .cancelRequested))
        if let argv = try container.decodeIfPresent([String].self, forKey: .command) {
            command = Command(
                argv, directory: try container.decodeIfPresent(String.self, forKey: .directory),
                environment: try container.decodeIfPresent(
                    [String: String].self, forKey: .environment) ?? [:])
        }
        if let stdout = try container.decodeIfPresent(Data.self, forKey: .stdout) {
            output = CapturedOutput(
                stdout: CapturedStream(
                    bytes: stdout,
                    droppedByteCount: try container.decode(Int.self, forKey: .stdoutDropped)),
                stderr: CapturedStream(
                    bytes: try container.decode(Data.self, forKey: .stderr),
                    droppedByteCount: try container.decode(Int.self, forKey: .stderrDropped)))
        }
        hold = try decodeHold(from: container)
        outcome = try decodeOutcome(from: container)
    }

    private func decodeHold(from container: KeyedDecodingContainer<CodingKeys>) throws -> Hold? {
        switch try container.decodeIfPresent(String.self, forKey: .hold) {
        case "unknown_task"?: .unknownTask
        case "run_at"?: .runAt
        case "dependency"?: .dependency
        case "no_owner"?: .noOwner
        case "retry"?: .retry(try container.decode(Timestamp.self, forKey: .nextAttemptAt))
        default: nil
        }
    }

    private func decodeOutcome(
        from container: KeyedDecodingContainer<CodingKeys>
    ) throws -> RecordedOutcome? {
        switch state {
        case .pending, .running: nil
        case .succeeded:
            .succeeded(
                command != nil
                    ? .null
                    : try container.decodeIfPresent(Payload.self, forKey: .value) ?? .null)
        case .failed: .failed(try container.decode(TaskFailure.self, forKey: .exception))
        case .cancelled:
            .cancelled(reason: try container.decode(String.self, forKey: .reason))
        }
    }
}
