/// One future as it is asked for, before it has an id.
package struct Submission: Codable, Sendable, Hashable {
    /// A registered function's name, or ``Command/taskName``.
    package var task: String
    /// A function's arguments as a JSON array, or a ``Command`` as JSON.
    package var arguments: Payload
    /// Where a function is to run; `nil` leaves it to the owner that knows the function.
    package var pool: PoolKind?
    package var options: SubmitOptions

    package init(
        task: String, arguments: Payload, pool: PoolKind? = nil,
        options: SubmitOptions = SubmitOptions()
    ) {
        self.task = task
        self.arguments = arguments
        self.pool = pool
        self.options = options
    }

    package init(_ command: Command, options: SubmitOptions = SubmitOptions()) throws(QueueError) {
        if let defect = command.defect { throw QueueError(.badInput, defect) }
        do {
            self.init(
                task: Command.taskName, arguments: try Payload(encoding: command), pool: .command,
                options: options)
        } catch {
            throw QueueError(.badInput, "The command cannot be written as JSON: \(error)")
        }
    }

    /// Throws ``QueueError/Code/badInput`` or ``QueueError/Code/payloadTooLarge``; the journal
    /// calls it for every way in.
    package func validate() throws(QueueError) {
        if task.isEmpty || task.utf8.count > 255 || task.utf8.contains(0) {
            throw QueueError(.badInput, "A task's name is 1 to 255 bytes without NUL.")
        }
        if let defect = options.defect { throw QueueError(.badInput, defect) }
        if arguments.byteCount > Limits.argumentsByteCount {
            throw QueueError(
                .payloadTooLarge,
                "The arguments take \(arguments.byteCount) bytes of JSON; "
                    + "the limit is \(Limits.argumentsByteCount).")
        }
        guard (task == Command.taskName) == (pool == .command) else {
            throw QueueError(
                .badInput, "'\(Command.taskName)' is the name of commands, and of nothing else.")
        }
        if task == Command.taskName {
            guard let command = try? arguments.decode(as: Command.self) else {
                throw QueueError(.badInput, "The command is not one: argv is missing or malformed.")
            }
            if let defect = command.defect { throw QueueError(.badInput, defect) }
        } else if !arguments.json.hasPrefix("[") {
            throw QueueError(.badInput, "The arguments of a function are a JSON array.")
        }
    }
}

extension Submission {
    /// As the encoder of the wire writes it, the arguments as they stand; `nil` where it takes that
    /// encoder.
    package var plainWireJSON: String? {
        var object = PlainJSONObject()
        object.append("arguments", arguments.json)
        object.append("options", options.plainWireJSON)
        if let pool { object.append("pool", pool.rawValue.plainJSON) }
        object.append("task", task.plainJSON)
        return object.json
    }
}
