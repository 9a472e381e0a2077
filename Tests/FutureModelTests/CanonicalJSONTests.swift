import Foundation
import Testing

@testable import FutureModel

/// JSON that keeps its numbers and is otherwise always written in the same way.
@Suite struct CanonicalJSONTests {
    static let numbers = [
        "0", "-0", "-0.0", "1.0", "1e5", "1E+05", "1e400", "-1e-400", "0.1234567890123456789012345",
        "18446744073709551615", "-9223372036854775808", "9007199254740993", "9007199254740993.0",
        "0.99999999999999999999", "12345678901234567890123456789012345678901234567890.5e-7",
    ]

    private func text(_ json: String) -> String? { try? Payload(reading: json).json }

    @Test(arguments: numbers)
    func aNumberStaysAsItIsWritten(_ number: String) {
        #expect(text(number) == number)
        #expect(
            text(" {\"b\" : [\(number)\n, -1], \"a\":\t\(number)}\r\n")
                == "{\"a\":\(number),\"b\":[\(number),-1]}")
    }

    @Test(arguments: [
        "null", "true", "false", "[]", "{}", "[[],{}]", "\"\"", "\"\u{7f}é😀\u{2028}/\"",
        "[1,\"a,]\"]",
        #"{"a":{"b":[null,{"c":"\\\""}]}}"#,
    ])
    func whatIsInOrderStaysAsItIs(_ json: String) {
        #expect(text(json) == json)
    }

    @Test func textsAndKeysAreWrittenAsTheEncoderDoes() throws {
        let keys = [
            "a", "B", "a10", "a9", "é", "e\u{301}x", "\u{1F600}", "\u{FFFD}", "\"", "\\", "[", "]",
            "\u{1}", "\u{8}", "\n", "\u{7f}", "/", "", "ab",
        ]
        let object = Dictionary(uniqueKeysWithValues: keys.map { ($0, [$0]) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let encoded = String(decoding: try encoder.encode(object), as: UTF8.self)
        let members = object.map { key, _ in
            let escaped = key.utf16.map { String(format: "\\u%04x", $0) }.joined()
            return "\"\(escaped)\" : [ \"\(escaped)\" ]"
        }
        #expect(text("{ " + members.joined(separator: " , ") + " }") == encoded)
    }

    @Test(arguments: [
        "", " ", "01", "-", "+1", "1.", ".5", "1e", "1e+", "1.e5", "-01", "0x1", "NaN", "Infinity",
        "tru", "nul", "True", "1 2", "1,2", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "{", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1]", "\"", "\"a", "\"\\\"", "\"\\x\"",
        "\"\\u12\"", "\"\\ud800\"", "\"\n\"", "'a'", "\u{feff}1", "// 1", "1 // 2",
    ])
    func otherTextsAreRefused(_ json: String) {
        #expect(text(json) == nil)
        #expect(text("[\(json)]") == nil || json.allSatisfy { " ,12".contains($0) })
    }

    @Test func whatIsNotUTF8IsRefused() {
        let bytes = Array("[\"".utf8) + [0xff] + Array("\"]".utf8)
        #expect(throws: CanonicalJSON.NotJSON.self) { try CanonicalJSON.text(of: bytes[...]) }
    }

    @Test func depthHasALimit() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(text(nested(512)) == nested(512))
        #expect(text(nested(513)) == nil)
        #expect(text(nested(100_000)) == nil)
    }
}

/// Payloads inside of what Foundation's coders write and read.
@Suite struct ExactCodingTests {
    private struct Letter: Codable, Equatable {
        var note: String
        var inner: [String: [Payload]]
        var failure: TaskFailure?
        var missing: Payload?
    }

    private struct Holder: Decodable { let key: [Payload] }

    @Test(arguments: CanonicalJSONTests.numbers)
    func aNumberComesThrough(_ number: String) throws {
        let payload = Payload(json: "{\"k\":[\(number)]}")
        let letter = Letter(
            note: "~ \"[{", inner: ["a.b": [payload, .null], "": [], "\"\n": [payload]],
            failure: TaskFailure(type: "T", message: "m", payload: payload))
        let data = try WireJSON.encode([letter, letter])
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.components(separatedBy: payload.json).count == 7, "\(text)")
        #expect(try WireJSON.decode([Letter].self, from: data) == [letter, letter])
        let stored = try Payload(encoding: letter)
        #expect(stored.json.contains(payload.json))
        #expect(try stored.decode(as: Letter.self) == letter)
        let pretty = try WireJSON.encode(letter, pretty: true)
        #expect(String(decoding: pretty, as: UTF8.self).contains("\n"))
        #expect(try WireJSON.decode(Letter.self, from: pretty) == letter)
    }

    @Test func aPayloadIsFoundWhereTheDecoderFindsIt() throws {
        func read(_ json: String) throws -> [Payload] {
            try WireJSON.decode(Holder.self, from: Data(json.utf8)).key
        }
        #expect(
            try read(#" { "other" : "]}\"" , "key" : [ 1.0 , [ 2.0 ] ] } "#).map(\.json)
                == ["1.0", "[2.0]"])
        #expect(try read(#"{"\u006bey":[1.0]}"#).map(\.json) == ["1.0"])
        #expect(try read(#"{"key":[1.0],"key":[2.0]}"#).map(\.json) == ["1.0"])
        #expect(
            try read(#"{"a":{"key":[3]},"b":[{},[],"",null,true,-1],"key":[{}]}"#).map(\.json)
                == ["{}"])
        #expect(try WireJSON.decode(Payload.self, from: Data(" 1.0 ".utf8)).json == "1.0")
    }

    @Test(arguments: ["[01]", "[\"\\x\"]", "[1.]", "[truth]", "[\"\u{1}\"]"])
    func whatIsNoJSONIsRefused(_ json: String) {
        #expect(throws: DecodingError.self) {
            try WireJSON.decode([Payload].self, from: Data("[\(json)]".utf8))
        }
        #expect(throws: EncodingError.self) { try WireJSON.encode([Payload(json: json)]) }
        #expect(throws: EncodingError.self) { try Payload(encoding: [Payload(json: json)]) }
    }

    @Test func manyAreReadInOneWalk() throws {
        let payloads = (0..<20_000).map { Payload(json: "[\($0).0]") }
        let data = try WireJSON.encode(payloads)
        #expect(try WireJSON.decode([Payload].self, from: data) == payloads)
    }

    @Test func codersOfOthersTakeItToo() throws {
        let payload = Payload(json: #"{"a":[1,2.5,"x",null,true]}"#)
        let data = try JSONEncoder().encode([payload])
        #expect(try JSONDecoder().decode([Payload].self, from: data) == [payload])
    }
}
