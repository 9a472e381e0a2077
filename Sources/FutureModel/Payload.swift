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
        self.init(json: String(decoding: try encoder.encodeExactly(value), as: UTF8.self))
    }

    package func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        if let plain = type as? any PlainJSON.Type,
            let value = plain.init(plainJSON: json[...].utf8) as? Value
        {
            return value
        }
        return try JSONDecoder().decodeExactly(type, from: Data(json.utf8))
    }
}

extension Payload {
    /// What `text` says, in the one way in which the same is always the same text; numbers stay
    /// as they are written. Throws for what is not JSON.
    package init(reading text: some StringProtocol) throws {
        self.init(json: try CanonicalJSON.text(of: Array(text.utf8)[...]))
    }
}

extension Payload: Codable {
    public init(from decoder: any Decoder) throws {
        guard let source = decoder.userInfo[.jsonSource] as? JSONSource else {
            // A coder of others, who have the numbers of Swift and no more.
            try self.init(encoding: JSONValue(from: decoder))
            return
        }
        let path = decoder.codingPath
        guard let value = source.value(at: path), let json = try? CanonicalJSON.text(of: value)
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: path, debugDescription: "it is not JSON in UTF-8"))
        }
        self.init(json: json)
    }

    public func encode(to encoder: any Encoder) throws {
        guard let texts = encoder.userInfo[.payloadTexts] as? PayloadTexts else {
            try decode(as: JSONValue.self).encode(to: encoder)
            return
        }
        guard let exact = try? Payload(reading: json) else {
            throw EncodingError.invalidValue(
                self,
                .init(codingPath: encoder.codingPath, debugDescription: "it is not JSON"))
        }
        var container = encoder.singleValueContainer()
        try container.encode(texts.mark(exact.json))
    }
}
