import Foundation

/// A JSON text: the arguments of a task or the value it returned.
public struct Payload: Hashable, Sendable {
    public let json: String

    public init(json: String) { self.json = json }

    package static let null = Payload(json: "null")

    /// Its size in bytes of UTF-8, which is what limits are compared with.
    package var byteCount: Int { json.utf8.count }

    package init(encoding value: some Encodable) throws {
        if let json = (value as? any PlainJSON)?.plainJSON {
            self.init(json: json)
            return
        }
        let encoder = JSONEncoder()
        // Sorted, so that the same work is the same text whenever a key is submitted again.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        self.init(json: String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    package func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        if let plain = type as? any PlainJSON.Type,
            let value = plain.init(plainJSON: json[...].utf8) as? Value
        {
            return value
        }
        return try JSONDecoder().decode(type, from: Data(json.utf8))
    }
}

extension Payload: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(encoding: JSONValue(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try decode(as: JSONValue.self).encode(to: encoder)
    }
}
