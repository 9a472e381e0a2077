import Foundation
import FutureModel

extension OwnerFollower {
    /// The output of `id` from its beginning, and on until it ends, beginning with `first`;
    /// without it, from the journal, which has it once an attempt has ended.
    func output(of id: FutureID, first: HTTPStream?) -> OutputChunks {
        chunks { feed in try await follow(id, first, feed) }
    }

    /// Has the owner run `submission`.
    func run(_ submission: Submission) async throws(QueueError) -> FollowedFuture {
        let body = SubmitBody(submissions: [submission])
        let stream = try await open(try ControlRequest(.run, body), at: socketPath)
        let (ids, feedOfIDs) = AsyncStream<FutureID>.makeStream()
        let output = chunks { feed in
            defer { feedOfIDs.finish() }
            try await follow(nil, stream, feed) { feedOfIDs.yield($0) }
        }
        for await id in ids { return FollowedFuture(id: id, output: output) }
        do { for try await _ in output {} } catch {
            throw error as? QueueError ?? ControlClient.ownerLost
        }
        throw ControlClient.ownerLost
    }

    private func chunks(
        _ follow: @escaping @Sendable (BoundedFeed<OutputChunk>) async throws -> Void
    ) -> OutputChunks {
        let (chunks, feed) = BoundedFeed<OutputChunk>.makeStream(
            limit: 1 << 20, size: \.bytes.count)
        let work = Task {
            do {
                try await follow(feed)
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        feed.onTermination { work.cancel() }
        return chunks
    }

    /// - Parameter onID: Called with the id, where the stream tells it.
    private func follow(
        _ known: FutureID?, _ first: HTTPStream?, _ feed: BoundedFeed<OutputChunk>,
        onID: (FutureID) -> Void = { _ in }
    ) async throws {
        var future = known
        var progress = OutputProgress()
        var stream = first
        while true {
            if let current = stream {
                stream = nil
                let end = try await read(current) { (line: FollowedLine) in
                    switch line {
                    case .id(let id):
                        future = id
                        onID(id)
                    case .output(let chunk):
                        if let news = progress.news(in: chunk) { await feed.send(news) }
                    }
                    return false
                }
                if end == .finished { return }
            }
            try Task.checkCancellation()
            guard let journal, let id = future else { throw ControlClient.ownerLost }
            stream = try await waitForOwner(
                journal,
                poll: { () throws(QueueError) in
                    let record = try await journal.record(id)
                    guard record.state.isTerminal else { return false }
                    for chunk in record.output?.chunks(of: record.attempt) ?? [] {
                        if let news = progress.news(in: chunk) { await feed.send(news) }
                    }
                    return true
                },
                request: { () throws(QueueError) in ControlRequest(.followOutput, id: id) })
            if stream == nil { return }
        }
    }
}

/// A line of a stream of output: the id of a future that was submitted for it comes first.
private enum FollowedLine: Decodable {
    case id(FutureID)
    case output(OutputChunk)

    private enum CodingKeys: String, CodingKey { case id }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let id = try container.decodeIfPresent(FutureID.self, forKey: .id) {
            self = .id(id)
        } else {
            self = .output(try OutputChunk(from: decoder))
        }
    }
}

/// How much of a command's output has been seen, so that one told from its beginning again is
/// not repeated.
struct OutputProgress {
    private var attempt = 0
    private var seen: [OutputStreamName: Int] = [:]

    /// What of `chunk` has not been seen; of another attempt than the last that is all.
    mutating func news(in chunk: OutputChunk) -> OutputChunk? {
        if chunk.attempt > attempt { (attempt, seen) = (chunk.attempt, [:]) }
        let known = seen[chunk.stream, default: 0]
        guard chunk.attempt == attempt, chunk.end > known else { return nil }
        seen[chunk.stream] = chunk.end
        if chunk.offset >= known { return chunk }
        return OutputChunk(
            attempt: attempt, stream: chunk.stream, offset: known,
            bytes: Data(chunk.bytes.dropFirst(known - chunk.offset)))
    }
}
