import FutureJournal
package import FutureModel
import FuturePools
import Synchronization

extension Engine {
    package func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        if let attempt = runningAttempt(id), let pool = pools[attempt.pool],
            let output = pool.output(of: attempt.id)
        {
            return output
        }
        return try await journal.output(id)
    }

    package func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        let follower = OutputFollower()
        add(follower, to: id)
        return try await output(of: id, for: follower)
    }

    /// From here on `follower` gets what attempts of `id` write that begin later.
    func add(_ follower: OutputFollower, to id: FutureID) {
        let refusal = state.withLock { state -> QueueError? in
            if case .stopped(let error) = state.phase { return error ?? Self.shutDownError }
            state.followers[id, default: []].append(follower)
            return nil
        }
        if let refusal { follower.finish(failing: refusal) }
    }

    func remove(_ follower: OutputFollower, from id: FutureID) {
        follower.leave()
        state.withLock { state in
            state.followers[id]?.removeAll { $0 === follower }
            if state.followers[id]?.isEmpty == true { state.followers[id] = nil }
        }
    }

    /// The output for one who has been added.
    func output(
        of id: FutureID, for follower: OutputFollower
    ) async throws(QueueError) -> OutputChunks {
        let output = FollowedOutput(of: id, for: follower, in: self)
        if let attempt = runningAttempt(id) { join(follower, to: attempt) }
        // Whoever has ended by now is not told of any more.
        if try await journal.states([id])[0].isTerminal { follower.finish() }
        return OutputChunks { try await output.next() }
    }

    func join(_ follower: OutputFollower, to attempt: ClaimedAttempt) {
        guard follower.join(attempt.id.number) else { return }
        if pools[attempt.pool]?.followOutput(of: attempt.id, follower) != true {
            follower.miss(attempt.id.number)
        }
    }

    /// Of the last attempt of one that has ended, what was kept, unless `follower` met it.
    func keptOutput(
        _ id: FutureID, unknownTo follower: OutputFollower
    ) async throws(QueueError) -> [OutputChunk] {
        let record = try await journal.records([id])[0]
        if follower.hasJoined(record.attempt) { return [] }
        return record.output?.chunks(of: record.attempt) ?? []
    }

    private func runningAttempt(_ id: FutureID) -> ClaimedAttempt? {
        state.withLock { state in
            state.attempts[id].flatMap { $0.isStarted ? $0.claimed : nil }
        }
    }
}

/// The output of a future for one who follows it: of each attempt as it runs and, where they have
/// missed the last one, what was kept of that.
private actor FollowedOutput {
    private let id: FutureID
    private let follower: OutputFollower
    private let engine: Engine
    private var kept: ArraySlice<OutputChunk>?

    init(of id: FutureID, for follower: OutputFollower, in engine: Engine) {
        self.id = id
        self.follower = follower
        self.engine = engine
    }

    deinit { engine.remove(follower, from: id) }

    func next() async throws(QueueError) -> OutputChunk? {
        if let chunk = await follower.next() { return chunk }
        if Task.isCancelled {
            engine.remove(follower, from: id)
            return nil
        }
        if let failure = follower.failure { throw failure }
        if kept == nil { kept = try await engine.keptOutput(id, unknownTo: follower)[...] }
        return kept?.popFirst()
    }
}
