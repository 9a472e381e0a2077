import Foundation
import FutureModel

extension OwnerFollower {
    /// The output of `id` from its beginning, and on until it ends, beginning with `first`;
    /// without it, from the journal, which has it once an attempt has ended.
    func output(of id: FutureID, first: HTTPStream?) -> OutputChunks {
        let (chunks, feed) = BoundedFeed<OutputChunk>.makeStream(
            limit: 1 << 20, size: \.bytes.count)
        let work = Task { [self] in
            do {
                try await follow(id, first, feed)
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        feed.onTermination { work.cancel() }
        return chunks
    }

    private func follow(
        _ id: FutureID, _ first: HTTPStream?, _ feed: BoundedFeed<OutputChunk>
    ) async throws {
        var progress = OutputProgress()
        var stream = first
        while true {
            if let current = stream {
                stream = nil
                let end = try await read(current) { (chunk: OutputChunk) in
                    if let news = progress.news(in: chunk) { await feed.send(news) }
                    return false
                }
                if end == .finished { return }
            }
            try Task.checkCancellation()
            guard let journal else { throw ControlClient.ownerLost }
            progress.rewind(attempt: try await journal.record(id).attempt)
            stream = try await waitForOwner(
                journal,
                poll: { () throws(QueueError) in
                    guard try await journal.record(id).state.isTerminal else { return false }
                    let output = try await journal.output(id)
                    for name in OutputStreamName.allCases {
                        let chunk = OutputChunk(stream: name, bytes: output[name].bytes)
                        if let news = progress.news(in: chunk) { await feed.send(news) }
                    }
                    return true
                },
                request: { () throws(QueueError) in ControlRequest(.followOutput, id: id) })
            if stream == nil { return }
        }
    }
}

/// How much of a command's output has been seen, so that one told from its beginning again is
/// not repeated.
struct OutputProgress {
    private var attempt: Int?
    private var seen: [OutputStreamName: Int] = [:]
    /// How far the present telling has come.
    private var told: [OutputStreamName: Int] = [:]

    /// The output is about to be told again; that of another attempt than last time is all new.
    mutating func rewind(attempt: Int) {
        if let last = self.attempt, last != attempt { seen = [:] }
        self.attempt = attempt
        told = [:]
    }

    /// What of `chunk` has not been seen.
    mutating func news(in chunk: OutputChunk) -> OutputChunk? {
        let start = told[chunk.stream, default: 0]
        let end = start + chunk.bytes.count
        told[chunk.stream] = end
        let known = seen[chunk.stream, default: 0]
        guard end > known else { return nil }
        seen[chunk.stream] = end
        return OutputChunk(
            stream: chunk.stream, bytes: Data(chunk.bytes.dropFirst(max(0, known - start))))
    }
}
