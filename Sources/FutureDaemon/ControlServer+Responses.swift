import Foundation
import FutureControl
import FutureModel
import Hummingbird
import HummingbirdCore
import NIOCore

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        do {
            var bytes = ByteBuffer(bytes: try WireJSON.encode(value))
            bytes.writeInteger(UInt8(ascii: "\n"))
            return Response(
                status: status, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: bytes))
        } catch {
            let body = #"{"code":"io_error","message":"The answer cannot be written as JSON."}"#
            return Response(
                status: .internalServerError, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
        }
    }

    static func bytes(_ bytes: Data) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A line of JSON for each element as it comes, after one for `first`; one that says why, if
    /// the stream breaks off.
    static func lines<Element: Encodable & Sendable>(
        of elements: AsyncThrowingStream<Element, any Error>, after first: IDBody? = nil,
        _ context: ControlContext
    ) -> Response {
        let body = ResponseBody { writer in
            // The head goes out now: it says that the ids are known and the wait has begun.
            let (lines, feed) = BoundedFeed<ByteBuffer>.makeStream(
                limit: context.streamByteCount, size: \.readableBytes)
            let pump = Task {
                do {
                    if let first { await feed.send(try line(first)) }
                    for try await element in elements { await feed.send(try line(element)) }
                    // A cancelled wait ends quietly; the peer must not take that for the end.
                    feed.finish(throwing: Task.isCancelled ? CancellationError() : nil)
                } catch let error as QueueError {
                    if let last = try? line(StreamErrorLine(error: error)) { await feed.send(last) }
                    feed.finish()
                } catch {
                    feed.finish(throwing: error)
                }
            }
            feed.onTermination { pump.cancel() }
            context.connectionEnd.onCome { pump.cancel() }
            defer { context.connectionEnd.forget() }
            for try await line in lines { try await writer.write(line) }
            try Task.checkCancellation()
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private static func line(_ value: some Encodable) throws -> ByteBuffer {
        var bytes = ByteBuffer(bytes: try WireJSON.encode(value))
        bytes.writeInteger(UInt8(ascii: "\n"))
        return bytes
    }
}
