import Foundation
import Synchronization

/// A response whose body comes bit by bit. Whoever lets go of ``bytes`` closes the connection.
struct HTTPStream: Sendable {
    var status: Int
    /// Throws ``ConnectionLost`` where the connection ends before the response.
    var bytes: AsyncThrowingStream<[UInt8], any Error>

    /// All that is left, as a plain response.
    func collect() async throws -> HTTPReply {
        var body = Data()
        for try await part in bytes { body.append(contentsOf: part) }
        return HTTPReply(status: status, body: body)
    }
}

/// Passes a response on as it comes, and no faster than it is taken: the connection's thread waits.
final class StreamedResponse: ResponseReceiver {
    /// Until the response begins. Nothing here may hold the stream after that: its consumer's
    /// letting go of it is what closes the connection.
    private struct Opening {
        var continuation: CheckedContinuation<HTTPStream, any Error>
        var bytes: AsyncThrowingStream<[UInt8], any Error>
    }

    private let opening: Mutex<Opening?>
    private let feed: BoundedFeed<[UInt8]>

    /// How much of a body is taken in ahead of a slow reader.
    private static let byteCount = 1 << 20

    init(_ continuation: CheckedContinuation<HTTPStream, any Error>, connection: HTTPConnection) {
        let (bytes, feed) = BoundedFeed<[UInt8]>.makeStream(limit: Self.byteCount, size: \.count)
        feed.onTermination { connection.close() }
        self.feed = feed
        opening = Mutex(Opening(continuation: continuation, bytes: bytes))
    }

    func begin(status: Int) {
        guard let opening = takeOpening() else { return }
        opening.continuation.resume(
            returning: HTTPStream(status: status, bytes: opening.bytes))
    }

    func receive(_ bytes: [UInt8]) { feed.sendAndBlock(bytes) }

    func end() { feed.finish() }

    func lose(_ loss: ConnectionLost) {
        takeOpening()?.continuation.resume(throwing: loss)
        feed.finish(throwing: loss)
    }

    private func takeOpening() -> Opening? {
        opening.withLock { opening in
            defer { opening = nil }
            return opening
        }
    }
}
