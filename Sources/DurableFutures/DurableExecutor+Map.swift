public import FutureModel

extension DurableExecutor {
    /// Calls `task` with each of `inputs`; the values, in the order of the inputs.
    ///
    /// The inputs are submitted at once, whether the results are read or not, unless `bufferSize`
    /// says otherwise. The first failure ends the sequence and cancels what has not started;
    /// ``mapOutcomes(_:over:timeout:chunkSize:bufferSize:key:options:)`` goes on.
    ///
    /// With a key it outlives its caller: the same call after a crash finds the futures that the
    /// first one submitted, submits only the rest, and yields the same results.
    ///
    /// - Parameters:
    ///   - task: what is called; this executor must know it.
    ///   - inputs: its argument of each call, one after another.
    ///   - timeout: from this call to the last result; `nil` is no bound. At its expiry reading
    ///     throws `QueueError` with code `timedOut`.
    ///   - chunkSize: how many inputs share one future: its calls are made one after another, in
    ///     one attempt, and journaled together. With small calls that is many times faster, on
    ///     threads too, since a chunk costs what one future costs. A call that fails does not lose
    ///     the others of its chunk, and is not tried again by ``SubmitOptions/retry``. Below 1,
    ///     reading throws `badInput`.
    ///   - bufferSize: the most inputs that are submitted and not yet read; input is then drawn as
    ///     results are read, so it may be endless. `nil` is no bound. Below 1, reading throws
    ///     `badInput`.
    ///   - key: names the futures `KEY/0`, `KEY/1` and so on. Inputs, chunk size and buffer size
    ///     must be the same each time; other inputs are refused with `duplicateKey`.
    ///   - options: of each future.
    public func map<Input, Output>(
        _ task: TaskDefinition<Input, Output>, over inputs: some Sequence<Input> & Sendable,
        timeout: Duration? = nil, chunkSize: Int = 1, bufferSize: Int? = nil, key: String? = nil,
        options: SubmitOptions = SubmitOptions()
    ) -> MappedResults<Input, Output> {
        MappedResults(
            run: run(task, inputs, timeout, chunkSize, bufferSize, key, options))
    }

    /// As ``map(_:over:timeout:chunkSize:bufferSize:key:options:)``, but yields an ``Outcome`` for
    /// every input: a failure is a value, and the sequence goes on.
    public func mapOutcomes<Input, Output>(
        _ task: TaskDefinition<Input, Output>, over inputs: some Sequence<Input> & Sendable,
        timeout: Duration? = nil, chunkSize: Int = 1, bufferSize: Int? = nil, key: String? = nil,
        options: SubmitOptions = SubmitOptions()
    ) -> MappedOutcomes<Input, Output> {
        MappedOutcomes(
            run: run(task, inputs, timeout, chunkSize, bufferSize, key, options))
    }

    /// Queues one call for each input, all in one commit or none.
    ///
    /// There may be at most 10,000 inputs; and where another process owns the journal, as many as
    /// fit into one request with their JSON: 64 MiB through a ``DaemonExecutor``, 32 MiB inside of
    /// a task in a worker process. More is refused; a `map` may have any number.
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

    private func run<Input, Output>(
        _ task: TaskDefinition<Input, Output>, _ inputs: some Sequence<Input> & Sendable,
        _ timeout: Duration?, _ chunkSize: Int, _ bufferSize: Int?, _ key: String?,
        _ options: SubmitOptions
    ) -> MapRun<Input, Output> {
        var refusal: QueueError?
        if chunkSize < 1 { refusal = QueueError(.badInput, "chunkSize must be >= 1") }
        if let bufferSize, bufferSize < 1 {
            refusal = QueueError(.badInput, "bufferSize must be nil or > 0")
        }
        let size = min(max(1, chunkSize), bufferSize.map { max(1, $0) } ?? .max)
        let plan = MapPlan(
            task: task, core: core, chunkSize: size, key: key, options: options)
        return MapRun(
            over: inputs, timeout: timeout, bufferSize: bufferSize, plan: plan, refusal: refusal)
    }
}
