import FutureModel

/// How a `map` makes futures of its inputs.
struct MapPlan<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    let task: TaskDefinition<Input, Output>
    let core: ExecutorCore
    let chunkSize: Int
    /// Keys are its text with the number of the future appended; `nil` is none.
    let key: String?
    let options: SubmitOptions

    /// Submits a batch in one commit.
    ///
    /// - Parameter first: how many futures were submitted before.
    func submit(_ inputs: [Input], after first: Int) async throws -> [MapItem<Output>] {
        try core.checkRegistered(task.name)
        return chunkSize == 1
            ? try await submitSingly(inputs, first) : try await submitChunks(inputs, first)
    }

    private func submitSingly(_ inputs: [Input], _ first: Int) async throws -> [MapItem<Output>] {
        var submissions: [Submission] = []
        submissions.reserveCapacity(inputs.count)
        for input in inputs {
            submissions.append(
                submission(task.name, try task.encode(input), first + submissions.count))
        }
        return try await core.service.submit(submissions).map { id in
            let future = Future(id: id, core: core, decoder: task.decoder)
            return MapItem(id: id) { try await future.outcome(timeout: $0) }
        }
    }

    private func submitChunks(_ inputs: [Input], _ first: Int) async throws -> [MapItem<Output>] {
        var submissions: [Submission] = []
        var counts: [Int] = []
        for start in stride(from: 0, to: inputs.count, by: chunkSize) {
            let chunk = inputs[start..<min(start + chunkSize, inputs.count)]
            let arguments = Payload(list: try chunk.map { try task.encode($0) })
            submissions.append(
                submission(task.chunkName, arguments, first + submissions.count))
            counts.append(chunk.count)
        }
        let ids = try await core.service.submit(submissions)
        return zip(ids, counts).flatMap { id, count in
            let future = Future(
                id: id, core: core,
                decoder: .chunk(task: task.chunkName, error: task.error(for:)))
            let chunk = Chunk<Output>(future) { try await outcome(of: $0, id) }
            return (0..<count).map { index in
                MapItem(id: id) { try await chunk.outcome(at: index, timeout: $0) }
            }
        }
    }

    private func outcome(of item: ChunkItem, _ id: FutureID) async throws -> Outcome<Output> {
        let recorded: RecordedOutcome =
            switch item {
            case .value(let value): .succeeded(value)
            case .exception(let failure): .failed(failure)
            }
        let snapshot = FutureSnapshot(id: id, state: recorded.state, outcome: recorded)
        return try await task.decoder.outcome(of: snapshot, core)
    }

    private func submission(_ name: String, _ arguments: Payload, _ number: Int) -> Submission {
        var options = options
        if let key { options.key = "\(key)/\(number)" }
        return Submission(task: name, arguments: arguments, pool: core.pool, options: options)
    }

    /// How many futures a batch of inputs makes.
    func futureCount(of inputCount: Int) -> Int {
        let (whole, rest) = inputCount.quotientAndRemainder(dividingBy: chunkSize)
        return rest == 0 ? whole : whole + 1
    }
}
