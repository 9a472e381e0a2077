public import FutureModel

/// What runs futures: ``ThreadPoolExecutor``, ``ProcessPoolExecutor`` or ``DaemonExecutor``.
///
/// All of the API is in extensions of this protocol; it is not meant to be conformed to.
public protocol DurableExecutor: Sendable {
    var core: ExecutorCore { get }
}

extension DurableExecutor {
    /// Queues one call of `task`; the future is on disk when this returns, and survives any crash.
    ///
    /// - Throws: `QueueError`: `badInput` for a task that this executor was not given or for
    ///   options out of bounds, `payloadTooLarge`, `duplicateKey`, `shutDown`, or what keeps the
    ///   journal from being written. Never an error of the task.
    public func submit<each Argument, Output>(
        _ task: TaskDefinition<repeat each Argument, Output>, _ argument: repeat each Argument,
        options: SubmitOptions = SubmitOptions()
    ) async throws(QueueError) -> Future<Output> {
        try core.checkRegistered(task.name)
        let submission = Submission(
            task: task.name, arguments: try task.encode(repeat each argument), pool: core.pool,
            options: options)
        let id = try await core.service.submit([submission])[0]
        return Future(id: id, core: core, decoder: task.decoder)
    }

    /// Queues a command; its future's value is what it wrote.
    ///
    /// A command that exits with another status than 0 fails with a ``TaskFailure``.
    public func submit(
        command: Command, options: SubmitOptions = SubmitOptions()
    ) async throws(QueueError) -> Future<CommandResult> {
        let id = try await core.service.submit([Submission(command, options: options)])[0]
        return Future(id: id, core: core, decoder: .command)
    }

    /// A handle on a future that was submitted before, by whichever process; its value's type is
    /// checked when the value is asked for.
    ///
    /// - Throws: `QueueError` with code `noSuchFuture`.
    public func future<Value: Decodable & Sendable>(
        id: FutureID, of type: Value.Type = Value.self
    ) async throws(QueueError) -> Future<Value> {
        let record = try await core.service.records([id])[0]
        return Future(
            id: id, core: core, decoder: ValueDecoder(task: record.task, error: { $0 }))
    }

    /// A handle on a future of `task`, whose registered error types come back as themselves.
    ///
    /// - Throws: `QueueError` with code `noSuchFuture`, or `typeMismatch` for another task's.
    public func future<each Argument, Output>(
        id: FutureID, of task: TaskDefinition<repeat each Argument, Output>
    ) async throws(QueueError) -> Future<Output> {
        try await checkTask(of: id, is: task.name)
        return Future(id: id, core: core, decoder: task.decoder)
    }

    /// A handle on a command's future.
    ///
    /// - Throws: `QueueError` with code `noSuchFuture`, or `typeMismatch` for a function's.
    public func commandFuture(id: FutureID) async throws(QueueError) -> Future<CommandResult> {
        try await checkTask(of: id, is: Command.taskName)
        return Future(id: id, core: core, decoder: .command)
    }

    private func checkTask(of id: FutureID, is name: String) async throws(QueueError) {
        let record = try await core.service.records([id])[0]
        guard record.task == name else {
            throw QueueError(.typeMismatch, "Future \(id) is of '\(record.task)', not '\(name)'.")
        }
    }
}

extension TaskDefinition {
    var decoder: ValueDecoder<Output> { ValueDecoder(task: name, error: error(for:)) }
}
