import Foundation
import FutureModel

/// A request as the client makes it.
struct ControlRequest: Sendable {
    let route: ControlRoute
    let target: String
    let body: Data?

    init(_ route: ControlRoute, id: FutureID? = nil, query: String = "") {
        self.route = route
        let path = id.map { route.path($0) } ?? route.path
        target = query.isEmpty ? path : path + "?" + query
        body = nil
    }

    init(_ route: ControlRoute, _ body: some Encodable) throws(QueueError) {
        self.route = route
        target = route.path
        // A short program does not even have to make Foundation's coders ready.
        if let plain = (body as? SubmitBody)?.plainJSON {
            self.body = Data(plain.utf8)
            return
        }
        do { self.body = try WireJSON.encode(body) } catch {
            throw QueueError(.badInput, "The request cannot be written as JSON: \(error).")
        }
    }
}

extension ControlRequest {
    /// As it goes over the wire.
    var bytes: [UInt8] {
        var head = "\(route.method.rawValue) \(target) HTTP/1.1\r\nhost: localhost\r\n"
        if body != nil { head += "content-type: application/json\r\n" }
        if route.method == .post { head += "content-length: \(body?.count ?? 0)\r\n" }
        head += "\r\n"
        return Array(head.utf8) + (body ?? Data())
    }
}

/// A response as it came.
struct HTTPReply: Sendable {
    var status: Int
    var body: Data

    /// The answer, or the error that the owner answered with.
    func decode<Value: Decodable>(as type: Value.Type = Value.self) throws(QueueError) -> Value {
        if let error { throw error }
        do { return try WireJSON.decode(Value.self, from: body) } catch {
            throw QueueError(
                .ioError, "The daemon's answer is not understood; is it of another version?")
        }
    }

    /// The answer to what gives ids.
    func ids() throws(QueueError) -> [FutureID] {
        if status < 300, let body = IDsBody(plainJSON: String(decoding: body, as: UTF8.self)) {
            return body.ids
        }
        return try decode(as: IDsBody.self).ids
    }

    var error: QueueError? {
        if status < 300 { return nil }
        if let error = try? WireJSON.decode(QueueError.self, from: body) { return error }
        return QueueError(.ioError, "The daemon answered with the HTTP status \(status).")
    }
}
