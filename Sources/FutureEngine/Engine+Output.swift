import Foundation
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
        _ = try await journal.snapshots([id])
        let (stream, continuation) = OutputChunks.makeStream(
            bufferingPolicy: .bufferingOldest(Self.followedChunkCount))
        let following = Task {
            do {
                try await follow(id) { chunk in
                    guard case .dropped = continuation.yield(chunk) else { return }
                    continuation.finish(throwing: Self.tooSlow)
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in following.cancel() }
        return stream
    }

    /// A command is never held up by those who follow it; what they have not read yet is kept for
    /// them, up to so many pieces of a pipe's size.
    private static let followedChunkCount = 256

    private static let tooSlow = QueueError(
        .payloadTooLarge,
        "The output came faster than it was read; what is kept of it can be read at the end.")

    /// Hands out the output of each attempt as it runs, until the future has ended; of a future
    /// that ended without being followed, what was kept.
    private func follow(
        _ id: FutureID, _ yield: @escaping @Sendable (OutputChunk) -> Void
    ) async throws(QueueError) {
        var tried: AttemptID?
        var followed: AttemptID?
        while !Task.isCancelled {
            // Asked for before anything is read, so that no stir is missed.
            let stirs = try stirs(of: id)
            if let attempt = runningAttempt(id), attempt.id != tried {
                tried = attempt.id
                if await followAttempt(attempt, yield) { followed = attempt.id }
                continue
            }
            let record = try await journal.records([id])[0]
            if record.state.isTerminal {
                if followed?.number != record.attempt { handOut(record.output, yield) }
                return
            }
            for await _ in stirs { break }
        }
    }

    private func handOut(_ output: CapturedOutput?, _ yield: (OutputChunk) -> Void) {
        guard let output else { return }
        for stream in OutputStreamName.allCases where !output[stream].bytes.isEmpty {
            yield(OutputChunk(stream: stream, bytes: output[stream].bytes))
        }
    }

    private func runningAttempt(_ id: FutureID) -> ClaimedAttempt? {
        state.withLock { state in
            state.attempts[id].flatMap { $0.isStarted ? $0.claimed : nil }
        }
    }

    /// Returns at the end of the attempt, or when the caller is cancelled; false if it has no
    /// output, or had ended before it could be followed.
    private func followAttempt(
        _ attempt: ClaimedAttempt, _ yield: @escaping @Sendable (OutputChunk) -> Void
    ) async -> Bool {
        let follower = OutputFollower(yield)
        guard let pool = pools[attempt.pool], pool.followOutput(of: attempt.id, follower) else {
            return false
        }
        await follower.untilOver()
        return true
    }

    /// Yields once, when an attempt of the future has started, the future has ended, or the engine
    /// has stopped; throws if it has stopped by now.
    private func stirs(of id: FutureID) throws(QueueError) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let number = try state.withLock { state throws(QueueError) in
            if case .stopped(let error) = state.phase { throw error ?? Self.shutDownError }
            state.nextTicket += 1
            state.stirs[id, default: [:]][state.nextTicket] = { continuation.yield() }
            return state.nextTicket
        }
        continuation.onTermination = { [weak self] _ in self?.forgetStir(number, of: id) }
        return stream
    }

    private func forgetStir(_ number: Int, of id: FutureID) {
        state.withLock { state in
            state.stirs[id]?[number] = nil
            if state.stirs[id]?.isEmpty == true { state.stirs[id] = nil }
        }
    }
}
