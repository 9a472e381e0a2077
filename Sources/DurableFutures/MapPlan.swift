import FutureModel

/// How a `map` makes futures of its inputs.
struct MapPlan<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    let task: TaskDefinition<Input, Output>
    let core: ExecutorCore
    let chunkSize: Int
    /// Keys are its text with the number of the future appended; `nil` is none.
    let key: String?
    let options: SubmitOptions

    /// Up to `count` inputs, fewer at their end or where they are large: whole chunks, so that the
    /// same inputs make the same futures each time.
    func draw(
        _ count: Int, from inputs: inout some IteratorProtocol<Input>
    ) throws -> MapBatch<Input> {
        var batch = MapBatch<Input>()
        while batch.inputs.count < count {
            if batch.isLarge, batch.inputs.count.isMultiple(of: chunkSize) { break }
            guard let input = inputs.next() else {
                batch.isLast = true
                break
            }
            batch.append(input, try task.encode(input))
        }
        return batch
    }

    /// Submits a batch in one commit.
    ///
    /// - Parameter first: how many futures were submitted before.
    func submit(_ batch: MapBatch<Input>, after first: Int) async throws -> [MapItem<Output>] {
        try core.checkRegistered(task.name)
        return chunkSize == 1
            ? try await submitSingly(batch.arguments, first)
            : try await submitChunks(batch.arguments, first)
    }

    private func submitSingly(_ calls: [Payload], _ first: Int) async throws -> [MapItem<Output>] {
        let submissions = calls.enumerated().map { index, arguments in
            submission(task.name, arguments, first + index)
        }
        return try await core.service.submit(submissions).map { id in
            let future = Future(id: id, core: core, decoder: task.decoder)
            return MapItem(id: id) { try await future.outcome(timeout: $0) }
        }
    }

    private func submitChunks(_ calls: [Payload], _ first: Int) async throws -> [MapItem<Output>] {
        var submissions: [Submission] = []
        var counts: [Int] = []
        for start in stride(from: 0, to: calls.count, by: chunkSize) {
            let chunk = calls[start...].prefix(chunkSize)
            submissions.append(
                submission(
                    task.chunkName, Payload(list: Array(chunk)), first + submissions.count))
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
