import Foundation
import FutureControl
import FutureModel
import Hummingbird
import HummingbirdCore
import NIOCore

extension Request {
    /// The body as `Value`; one without a body is an empty object.
    func decodeBody<Value: Decodable>(as type: Value.Type = Value.self) async throws -> Value {
        if let length = headers[.contentLength].flatMap({ Int($0) }),
            length > ControlServer.bodyByteCount
        {
            throw QueueError.bodyTooLarge
        }
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: ControlServer.bodyByteCount)
        } catch is NIOTooManyBytesError {
            throw QueueError.bodyTooLarge
        }
        let data = Data(buffer.readableBytesView)
        if TrailingComma.isIn(data) {
            throw QueueError(.badInput, "The body is not JSON: a comma stands before a bracket.")
        }
        return try WireJSON.decode(Value.self, from: data.isEmpty ? Data("{}".utf8) : data)
    }

    func filter() throws(QueueError) -> ListFilter {
        try ListFilter(
            query: uri.queryParameters.map { (key: String($0.key), value: String($0.value)) })
    }

    /// `timeout_ms` of the query; `nil` where it is left out.
    func timeout() throws(QueueError) -> Duration? {
        guard let text = uri.queryParameters["timeout_ms"] else { return nil }
        guard let milliseconds = Int64(text), milliseconds >= 0 else {
            throw QueueError(.badInput, "'timeout_ms' is a whole number, 0 or more.")
        }
        return .milliseconds(milliseconds)
    }
}

extension ControlContext {
    /// The future that the path names.
    func id() throws(QueueError) -> FutureID {
        let text = coreContext.parameters.get("id") ?? ""
        guard let id = FutureID(text) else {
            throw QueueError(.badInput, "'\(text)' is not an id: ids are numbers from 1.")
        }
        return id
    }
}
