import Foundation
import FutureModel
import Testing

@testable import FutureControl

@Suite("Reading a submit")
struct SubmitBodyTests {
    private func decode(_ json: String) throws -> [Submission] {
        try WireJSON.decode(SubmitBody.self, from: Data(json.utf8)).submissions
    }

    private func complaint(_ json: String) -> String {
        do {
            return "accepted: \(try decode(json))"
        } catch let error as DecodingError {
            return error.sentence
        } catch {
            return "\(error)"
        }
    }

    @Test func optionsMayBeMissing() throws {
        #expect(
            try decode(#"{"task":"f"}"#)
                == [Submission(task: "f", arguments: Payload(json: "[]"))])
        #expect(
            try decode(#"{"submissions":[{"task":"f","arguments":[1],"options":{"priority":2}}]}"#)
                == [
                    Submission(
                        task: "f", arguments: Payload(json: "[1]"),
                        options: SubmitOptions(priority: 2))
                ])
    }

    @Test(arguments: ["0.1234567890123456789012345", "18446744073709551616", "-0.0", "1e400"])
    func aNumberIsWhatWasWritten(_ number: String) throws {
        let arguments = "[{\"k\":\(number)}]"
        #expect(
            try decode(#"{"arguments": \#(arguments), "task": "f"}"#)
                == [Submission(task: "f", arguments: Payload(json: arguments))])
        let submission = Submission(
            task: "f", arguments: Payload(json: arguments), options: SubmitOptions(key: "ü"))
        let body = SubmitBody(submissions: [submission, submission])
        #expect(body.plainJSON == nil, "the encoder writes it")
        #expect(
            try decode(String(decoding: WireJSON.encode(body), as: UTF8.self))
                == body.submissions)
    }

    @Test func aCommandIsItsArgv() throws {
        let submission = try decode(
            #"{"command":["sh","-c","x"],"directory":"/tmp","environment":{"MY_Var":"1"}}"#)[0]
        #expect(submission.pool == .command)
        #expect(
            try submission.arguments.decode(as: Command.self)
                == Command(["sh", "-c", "x"], directory: "/tmp", environment: ["MY_Var": "1"]))
    }

    @Test(arguments: [
        (#"{"task":1}"#, "'task' is not a string."),
        (#"{}"#, "'task' is missing."),
        (
            #"{"submissions":[{"task":"f"},{"task":"g","options":{"max_attempts":"2"}}]}"#,
            "'submissions[1].options.max_attempts' is not a whole number."
        ),
        (
            #"{"task":"f","options":{"max_attemps":2}}"#,
            "'options.max_attemps' is wrong: there is no such key here."
        ),
        (#"{"command":"make"}"#, "'command' is not an array."),
        (
            #"{"command":["a"],"task":"b"}"#,
            "'command' is wrong: it is a command or a task, not both."
        ),
        (#"{"command":[]}"#, "A command needs at least its program."),
        (#"{"task":"#, "The body is not JSON."),
        (#"{"task":"f","arguments":[01]}"#, "'arguments' is wrong: it is not JSON in UTF-8."),
        ("[]", "The body is not an object."),
    ])
    func whatIsWrongIsNamed(_ json: String, _ sentence: String) {
        #expect(complaint(json) == sentence)
    }
}

@Suite("Pieces of streams")
struct StreamPieceTests {
    @Test func linesAreCutWhereverTheBytesAre() {
        var splitter = LineSplitter()
        #expect(splitter.append(Data("a".utf8)) == [])
        #expect(splitter.append(Data("b\n\nc\nd".utf8)) == [Data("ab".utf8), Data("c".utf8)])
        #expect(splitter.append(Data("\n".utf8)) == [Data("d".utf8)])
        #expect(splitter.append(Data("\ne".utf8)) == [] && splitter.append(Data()) == [])
        #expect(splitter.append(Data("f\ng\n".utf8)) == [Data("ef".utf8), Data("g".utf8)])
    }

    /// Were each piece to cost as much as all before it, this would take hours.
    @Test(.timeLimit(.minutes(10)))
    func aLongLineIsGoneThroughOnce() {
        var splitter = LineSplitter()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 10)
        let count = 32 << 10
        for _ in 0..<count { #expect(splitter.append(piece).isEmpty) }
        #expect(splitter.append([UInt8(ascii: "\n")]).map(\.count) == [piece.count * count])
    }

    @Test func outputToldAgainIsNotRepeated() {
        var progress = OutputProgress()
        func news(_ attempt: Int, _ offset: Int, _ text: String) -> String? {
            let chunk = OutputChunk(
                attempt: attempt, stream: .stdout, offset: offset, bytes: Data(text.utf8))
            return progress.news(in: chunk)
                .map { "\($0.attempt) \($0.offset) " + String(decoding: $0.bytes, as: UTF8.self) }
        }
        #expect(news(1, 0, "abc") == "1 0 abc")
        #expect(news(1, 0, "ab") == nil)
        #expect(news(1, 2, "cde") == "1 3 de")
        #expect(news(1, 9, "") == "1 9 ", "it tells of a gap")
        #expect(news(2, 0, "ab") == "2 0 ab")
        #expect(news(1, 9, "late") == nil)
        #expect(news(2, 2, "c") == "2 2 c")
    }
}

@Suite("A submit without Foundation's coders")
struct PlainSubmitTests {
    private static let full = SubmitOptions(
        queue: "mail", priority: -5, onCrash: .fail, maxCrashes: 0, onShutdown: .requeue,
        retry: RetryPolicy(
            maxAttempts: 4, backoff: .milliseconds(500), maxBackoff: .seconds(7)),
        timeLimit: .seconds(120), grace: .seconds(1), runAt: Timestamp(milliseconds: 12_345),
        key: "k", outputLimit: 10)

    @Test(arguments: [SubmitOptions(), full])
    func itIsWrittenAsTheEncoderDoes(_ options: SubmitOptions) throws {
        let command = Command(
            ["sh", "-c", "x"], directory: "/tmp", environment: ["PATH": "/bin", "A_b": "1"])
        let body = SubmitBody(submissions: [
            try Submission(command, options: options),
            Submission(task: "f", arguments: Payload(json: "[1]"), options: options),
        ])
        let encoded = String(decoding: try WireJSON.encode(body), as: UTF8.self)
        #expect(body.plainJSON == encoded)
        #expect(try WireJSON.decode(SubmitBody.self, from: Data(encoded.utf8)) == body)
    }

    @Test(arguments: ["ü", "\"", "\n"])
    func whatTakesAnEncoderIsLeftToIt(_ text: String) throws {
        let submission = Submission(
            task: "f", arguments: Payload(json: "[]"), options: SubmitOptions(key: text))
        let body = SubmitBody(submissions: [submission])
        #expect(body.plainJSON == nil)
        let request = try ControlRequest(.submit, body)
        #expect(request.body == (try WireJSON.encode(body)))
    }

    @Test func theIDsAreReadAsTheOwnerWritesThem() throws {
        for ids in [[], [1], [1, 22, 333]] as [[FutureID]] {
            let body = IDsBody(ids: ids)
            let answer = try WireJSON.encode(body) + Data("\n".utf8)
            #expect(IDsBody(plainJSON: String(decoding: answer, as: UTF8.self)) == body)
        }
    }

    @Test(arguments: [
        #"{"ids": [1]}"#, #"{"ids":[1,]}"#, #"{"ids":[1]}"#, #"{"ids":[1]}\n "#, #"{"ids":["1"]}"#,
    ])
    func otherAnswersAreTheDecoders(_ json: String) throws {
        let text = json.replacingOccurrences(of: "\\n", with: "\n")
        #expect(IDsBody(plainJSON: text) == nil)
        let reply = HTTPReply(status: 200, body: Data(text.utf8))
        let decoded = try? WireJSON.decode(IDsBody.self, from: reply.body)
        #expect((try? reply.ids()) == decoded?.ids)
    }
}
