import Foundation
import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct BatchTests {
    @Test(arguments: [
        ("/nonexistent", "No such file or directory"), ("/tmp", "Is a directory"),
    ])
    func aFileThatCannotBeRead(path: String, reason: String) async {
        let bench = Bench()
        #expect(await bench.run("submit", "--from", path) == 74)
        #expect(bench.stderr.text == "queuectl: Cannot read '\(path)': \(reason).\n")
    }

    @Test func everyLineIsAFutureOfOneSubmit() async throws {
        var bench = Bench()
        bench.service.state.withLock { $0.status.tasks = ["power"] }
        bench.input = """
            ["sleep", "1"]

            {"command": ["env"], "environment": {"A": "b"}, "options": {"priority": 7}}\r
            {"task": "power", "arguments": [2, 8], "pool": "process", "options": {"key": "p"}}
            {"task": "power"}
            """
        #expect(await bench.run("submit", "--queue", "bulk", "--from", "-") == 0)
        #expect(bench.stderr.text == "")
        #expect(bench.stdout.text == "1\n2\n3\n4\n")
        let expected = [
            try Submission(
                Command(["sleep", "1"], directory: "/tmp", environment: ["PATH": "/bin"]),
                options: SubmitOptions(queue: "bulk")),
            try Submission(
                Command(["env"], directory: "/tmp", environment: ["PATH": "/bin", "A": "b"]),
                options: SubmitOptions(queue: "bulk", priority: 7)),
            Submission(
                task: "power", arguments: Payload(json: "[2,8]"), pool: .process,
                options: SubmitOptions(queue: "bulk", key: "p")),
            Submission(
                task: "power", arguments: Payload(json: "[]"),
                options: SubmitOptions(queue: "bulk")),
        ]
        #expect(bench.submissions.map(\.options) == expected.map(\.options))
        #expect(
            try bench.submittedCommands(2) == [
                expected[0].arguments.decode(as: Command.self),
                expected[1].arguments.decode(as: Command.self),
            ])
        #expect(Array(bench.submissions[2...]) == Array(expected[2...]))
    }

    @Test(arguments: [
        ("[\"a\"]\nnot json", "Line 2: This is not JSON."),
        ("[\"a\",]", "Line 1: This is not JSON."),
        ("{\"task\": \"f\", \"arguments\": [1, ]}", "Line 1: This is not JSON."),
        ("7", "Line 1: This is neither an argv array nor an object."),
        ("[]", "Line 1: A command needs at least its program."),
        ("[1]", "Line 1: 'command' is not an array of strings."),
        ("{\"arguments\": []}", "Line 1: It has neither 'command' nor 'task'."),
        ("{\"task\": 7}", "Line 1: 'task' is not a string."),
        ("{\"task\": \"f\", \"arguments\": 7}", "Line 1: 'arguments' is not an array."),
        (
            "{\"task\": \"f\", \"arg\": []}",
            "Line 1: 'arg' is none of arguments, options, pool, task."
        ),
        (
            "{\"task\": \"f\", \"options\": {\"priority\": \"x\"}}",
            "Line 1: 'options' has a value of the wrong type."
        ),
        ("{\"task\": \"f\", \"options\": []}", "Line 1: 'options' is not an object."),
        (
            "{\"task\": \"f\", \"options\": {\"priority\": 5000}}",
            "Line 1: A priority is between -1000 and 1000."
        ),
        (
            "{\"command\": [\"a\"], \"directory\": \"/nowhere\"}",
            "Line 1: There is no directory '/nowhere' to run in."
        ),
        ("\n \n", "The batch is empty."),
    ])
    func aBadLineRefusesTheWholeBatch(_ text: String, _ message: String) async {
        var bench = Bench()
        bench.input = text
        #expect(await bench.run("submit", "--from", "-") == 65)
        #expect(bench.stderr.text == "queuectl: \(message)\n")
        #expect(bench.stdout.text == "")
        #expect(bench.submissions.isEmpty)
    }

    @Test func onlyANewlineEndsALine() async throws {
        var bench = Bench()
        bench.input = "[\"echo\", \"a\u{2028}b\u{85}c,]\"]\r\n[\"echo\"]\n"
        #expect(await bench.run("submit", "--from", "-") == 0)
        #expect(
            try bench.submittedCommands(2).map(\.argv)
                == [["echo", "a\u{2028}b\u{85}c,]"], ["echo"]])
    }

    @Test func argumentsKeepTheirNumbers() async {
        var bench = Bench()
        bench.input = """
            {"arguments": [0.1234567890123456789012345, {"k": -0.0}, 1e400], "task": "f"}
            """
        #expect(await bench.run("submit", "--from", "-") == 0)
        #expect(
            bench.submissions.map(\.arguments.json)
                == [#"[0.1234567890123456789012345,{"k":-0.0},1e400]"#])
    }

    @Test func anUnknownOptionIsNamed() async {
        var bench = Bench()
        bench.input = "{\"task\": \"f\", \"options\": {\"prio\": 1}}"
        #expect(await bench.run("submit", "--from", "-") == 65)
        #expect(bench.stderr.text.hasPrefix("queuectl: Line 1: 'prio' is none of "))
    }

    @Test func tooManyAreRefusedBeforeTheyAreSent() async {
        var bench = Bench()
        bench.input = String(repeating: "[\"a\"]\n", count: Limits.batchCount + 1)
        #expect(await bench.run("submit", "--from", "-") == 65)
        #expect(bench.submissions.isEmpty)
    }

    @Test func aPipeIsReadToo() async throws {
        let bench = Bench()
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("[\"a\"]\n".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(await bench.run("submit", "--from", path) == 0)
        #expect(bench.stdout.text == "1\n")
        #expect(await bench.run("submit", "--from", "/dev/null") == 65)
        withExtendedLifetime(pipe) {}
    }

    @Test func aFileIsReadAndAMissingOneIsAnError() async throws {
        let bench = Bench()
        let path = "/tmp/" + UUID().uuidString
        try Data("[\"a\"]\n[\"b\"]\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(await bench.run("submit", "--from", path) == 0)
        #expect(bench.stdout.text == "1\n2\n")
        #expect(await bench.run("submit", "--from", "/nowhere") == 74)
    }
}

extension Bench {
    fileprivate func submittedCommands(_ count: Int) throws -> [Command] {
        try submissions.prefix(count).map { try $0.arguments.decode() }
    }
}
