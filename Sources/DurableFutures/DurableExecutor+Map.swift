public import FutureModel

extension DurableExecutor {
    /// Calls `task` with each of `inputs`; the values, in the order of the inputs.
    ///
    /// The inputs are submitted at once, whether the results are read or not, unless `bufferSize`
    /// says otherwise. The first failure ends the sequence and cancels what has not started;
    /// ``mapOutcomes(_:over:timeout:bufferSize:options:)`` goes on.
    ///
    /// - Parameters:
    ///   - timeout: from this call to the last result; `nil` is no bound. At its expiry reading
    ///     throws `QueueError` with code `timedOut`.
    ///   - bufferSize: the most inputs that are submitted and not yet read; input is then drawn as
    ///     results are read, so it may be endless. `nil` is no bound. Below 1, reading throws
    ///     `badInput`.
    public func map<Input, Output>(
        _ task: TaskDefinition<Input, Output>, over inputs: some Sequence<Input> & Sendable,
        timeout: Duration? = nil, bufferSize: Int? = nil, options: SubmitOptions = SubmitOptions()
    ) -> MappedResults<Input, Output> {
        MappedResults(
            run: MapRun(
                over: inputs, timeout: timeout, bufferSize: bufferSize,
                submit: submitAll(task, options)))
    }

    /// As ``map(_:over:timeout:bufferSize:options:)``, but yields an ``Outcome`` for every input: a
    /// failure is a value, and the sequence goes on.
    public func mapOutcomes<Input, Output>(
        _ task: TaskDefinition<Input, Output>, over inputs: some Sequence<Input> & Sendable,
        timeout: Duration? = nil, bufferSize: Int? = nil, options: SubmitOptions = SubmitOptions()
    ) -> MappedOutcomes<Input, Output> {
        MappedOutcomes(
            run: MapRun(
                over: inputs, timeout: timeout, bufferSize: bufferSize,
                submit: submitAll(task, options)))
    }

    /// Queues one call for each input, all in one commit.
    public func submit<Input, Output>(
        _ task: TaskDefinition<Input, Output>, each inputs: [Input],
        options: SubmitOptions = SubmitOptions()
    ) async throws(QueueError) -> [Future<Output>] {
        try core.checkRegistered(task.name)
        var submissions: [Submission] = []
        submissions.reserveCapacity(inputs.count)
        for input in inputs {
            submissions.append(
                Submission(
                    task: task.name, arguments: try task.encode(input), pool: core.pool,
                    options: options))
        }
        let ids = try await core.service.submit(submissions)
        return ids.map { Future(id: $0, core: core, decoder: task.decoder) }
    }

    private func submitAll<Input, Output>(
        _ task: TaskDefinition<Input, Output>, _ options: SubmitOptions
    ) -> MapRun<Input, Output>.Submit {
        { try await submit(task, each: $0, options: options) }
    }
}
