import Foundation
import Testing

@testable import FutureModel

/// The short way must give what Foundation's coders give, or leave the value to them.
@Suite struct PlainJSONTests {
    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test(arguments: [0, -1, 7, 1_000_000, .min, .max] as [Int])
    func integersAreWrittenAsTheEncoderDoes(_ number: Int) throws {
        let payload = try Payload(encoding: number)
        #expect(payload.json == (try encoded(number)))
        #expect(try payload.decode(as: Int.self) == number)
    }

    @Test(arguments: ["", "plain", "a/b", "a,b", "\"", "\\", "\n", "\u{7f}", "ü", "\u{2028}", "[]"])
    func textsAreWrittenAsTheEncoderDoes(_ text: String) throws {
        let payload = try Payload(encoding: text)
        #expect(payload.json == (try encoded(text)))
        #expect(try payload.decode(as: String.self) == text)
    }

    @Test(
        arguments: [
            "01", "-0", "-", "", "+1", "1.0", "1e2", " 1", "9223372036854775808", "\"1\"", "null",
            "--1", "1-", "٣",
        ])
    func whatIsNotPlainIsTheDecoders(_ json: String) {
        let decoded = try? JSONDecoder().decode(Int.self, from: Data(json.utf8))
        #expect((try? Payload(json: json).decode(as: Int.self)) == decoded)
    }

    @Test func listsAreReadInOrderAndToTheirEnd() throws {
        var reader = try PlainJSONReader(#"[1,"two",true]"#)
        #expect(try reader.next(Int.self) == 1)
        #expect(try reader.next(String.self) == "two")
        #expect(throws: PlainJSONReader.NotPlain.self) { try reader.finish() }
        #expect(try reader.next(Bool.self))
        try reader.finish()
        #expect(throws: PlainJSONReader.NotPlain.self) { try reader.next(Int.self) }
    }

    @Test(arguments: ["[1,]", "[,1]", "[1 ,2]", "[[1],2]", "{}", "1", "[\"a,b\",2]", "[", "]"])
    func otherListsAreLeftToTheDecoder(_ json: String) {
        #expect(throws: PlainJSONReader.NotPlain.self) {
            var reader = try PlainJSONReader(json)
            _ = try reader.next(Int.self)
            _ = try reader.next(Int.self)
            try reader.finish()
        }
    }

    @Test func listsAreWrittenAsTheEncoderDoes() throws {
        var list = PlainJSONList()
        for value in [1, "a", true] as [Any] { list.append(value) }
        #expect(list.json == #"[1,"a",true]"#)
        list.append(1.5)
        #expect(list.json == nil)
        #expect(PlainJSONList().json == "[]")
    }

    @Test(arguments: [
        Command(["true"]), Command(["a b", "", "c,d", "[]{}:"], directory: "/tmp"),
        Command(
            ["x"], directory: "/",
            environment: [
                "PATH": "/a:/b", "LC_ALL": "C", "LANG": "", "a": "1", "B": "2", "_c": ",",
            ]),
        Command(["\"quoted\""]), Command(["ü"]), Command(["x"], directory: "/ü"),
        Command(["x"], environment: ["ü": "1"]), Command(["x"], environment: ["A": "\\"]),
    ])
    func commandsAreWrittenAsTheEncoderDoesAndReadBack(_ command: Command) throws {
        let payload = try Payload(encoding: command)
        #expect(payload.json == (try encoded(command)))
        #expect(try payload.decode(as: Command.self) == command)
        if let plain = command.plainJSON {
            #expect(Command(plainJSON: plain[...].utf8) == command)
        }
    }

    @Test(arguments: [
        #"{"argv":["a"],"environment":{}} "#, #"{"argv":["a"],"environment":{},}"#,
        #"{"argv":["a",],"environment":{}}"#, #"{"argv":["a"]}"#, #"{"argv":[1],"environment":{}}"#,
        #"{"argv":["a"],"directory":null,"environment":{}}"#,
        #"{"argv":["a"],"environment":{"b"}}"#,
        #"{"environment":{},"argv":["a"]}"#, #"{"argv":["\u0061"],"environment":{}}"#, "",
        #"{"argv":["a"#,
    ])
    func otherCommandsAreTheDecoders(_ json: String) {
        let decoded = try? JSONDecoder().decode(Command.self, from: Data(json.utf8))
        #expect((try? Payload(json: json).decode(as: Command.self)) == decoded)
        #expect(Command(plainJSON: json[...].utf8) == nil)
    }
}
