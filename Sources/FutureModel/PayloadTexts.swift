package import Foundation
import Synchronization

/// The payloads in what an encoder writes: it writes a mark in the place of each, since it knows
/// only numbers that Swift has types for, and then the texts are put there.
final class PayloadTexts: Sendable {
    private let texts = Mutex<[String]>([])

    /// It never leaves the process, so no text that others wrote has it.
    private static let mark = "~" + UUID().uuidString + "~"

    /// What is to be encoded in the place of `json`.
    func mark(_ json: String) -> String {
        texts.withLock { texts in
            texts.append(json)
            return Self.mark + String(texts.count - 1)
        }
    }

    func put(in encoded: Data) -> Data {
        let texts = texts.withLock { $0 }
        if texts.isEmpty { return encoded }
        let source = [UInt8](encoded)
        let mark = Array("\"\(Self.mark)".utf8)
        var result = Data(capacity: source.count)
        var copied = 0
        var place = 0
        // The quote is too common a byte to stop at.
        while let tilde = source[place...].firstIndex(of: mark[1]) {
            place = tilde + 1
            guard tilde > 0, source[(tilde - 1)...].starts(with: mark) else { continue }
            let digits = source[(tilde - 1 + mark.count)...].prefix { $0 != mark[0] }
            guard let index = Int(String(decoding: digits, as: UTF8.self)) else { continue }
            result += source[copied..<(tilde - 1)]
            result += texts[index].utf8
            copied = digits.endIndex + 1
            place = copied
        }
        return result + source[copied...]
    }
}

extension CodingUserInfoKey {
    static let payloadTexts = CodingUserInfoKey(rawValue: "payloadTexts")!
    static let jsonSource = CodingUserInfoKey(rawValue: "jsonSource")!
}

extension JSONEncoder {
    /// As `encode`; every ``Payload`` keeps its numbers as they are written.
    package func encodeExactly(_ value: some Encodable) throws -> Data {
        let texts = PayloadTexts()
        userInfo[.payloadTexts] = texts
        return texts.put(in: try encode(value))
    }
}

extension JSONDecoder {
    /// As `decode`; every ``Payload`` keeps its numbers as they are written.
    package func decodeExactly<Value: Decodable>(_ type: Value.Type, from data: Data) throws
        -> Value
    {
        userInfo[.jsonSource] = JSONSource(data)
        return try decode(type, from: data)
    }
}
