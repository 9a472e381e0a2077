import Foundation
import TestSupport
import Testing

/// What is too large, too many or not text.
@Suite(.timeLimit(.minutes(10))) struct PayloadTests {
    @Test func tenThousandArguments() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let words = (1...10_000).map { "\($0)" }
            let submit = try await queue.queuectl(
                ["submit", "--", "sh", "-c", "echo $# ${10000}", "sh"] + words)
            try #require(submit.code == 0, "\(submit)")
            #expect(try await queue.queuectl("result", submit.line).line == "10000 10000")
        }
    }

    /// Arguments and the value they come back as, from nothing to the limit, in one batch of each.
    @Test func everySizeUpToTheLimit() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            // Of the limit, the brackets and quotes of `["…"]` are four bytes.
            let sizes = [0, 1, 4095, 4096, 65_535, 65_536, 1 << 20, (16 << 20) - 4]
            for size in sizes {
                let text = String(repeating: "x", count: size)
                let submit = try await queue.queuectl(
                    "submit", "--from", "-", input: #"{"task": "echo", "arguments": ["\#(text)"]}"#)
                try #require(submit.code == 0, "\(size): \(submit.stderr.prefix(500))")
                let result = try await queue.queuectl("result", submit.line)
                #expect(result.code == 0, "\(size): \(result.stderr.prefix(500))")
                #expect(result.bytes == Data("\"\(text)\"\n".utf8), "\(size)")
            }
        }
    }

    @Test(arguments: [false, true])
    func argumentsOverTheLimit(withDaemon: Bool) async throws {
        try await withQueue { queue in
            if withDaemon { _ = try await queue.daemon() }
            let text = String(repeating: "x", count: 16 << 20)
            let submit = try await queue.queuectl(
                "submit", "--from", "-", input: #"{"task": "echo", "arguments": ["\#(text)"]}"#)
            #expect(submit.code == 65, "\(submit.code) \(submit.stderr.prefix(500))")
            #expect(submit.stdout.isEmpty && submit.stderr.contains("limit"), "\(submit.stderr)")
            #expect(try await queue.isEmpty())
        }
    }

    @Test func argumentsThatAreNotUTF8() async throws {
        try await withQueue { queue in
            let submit = try await queue.shell(#"queuectl submit -- echo "$(printf '\377')""#)
            #expect(submit.code == 65, "\(submit)")
            #expect(submit.stdout.isEmpty && submit.stderr.contains("not valid UTF-8"), "\(submit)")
            let batch = try await queue.shell(
                #"printf '["echo", "\377"]\n' | queuectl submit --from -"#)
            #expect(batch.code == 65, "\(batch)")
            #expect(try await queue.isEmpty())
        }
    }

    @Test func outputThatIsNotText() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let id = try await queue.submit(
                "--", "sh", "-c", #"printf 'a\377\000\033[31mb\r\n'; printf '\376' >&2"#)
            let result = try await queue.queuectl("result", id)
            #expect(result.code == 0)
            #expect(result.bytes == Data([97, 255, 0, 27]) + Data("[31mb\r\n".utf8))
            let both = try await queue.shell("queuectl result \(id) 2>&1 >/dev/null")
            #expect(both.bytes == Data([254]))
            let log = try await queue.queuectl("log", id)
            #expect(log.bytes == result.bytes)
            #expect(
                try await queue.show(id)["stdout"] as? String == result.bytes.base64EncodedString())
        }
    }

    @Test func outputOverTheLimitIsMarked() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let id = try await queue.submit(
                "--output-limit", "10", "--", "sh", "-c", "printf 0123456789abcdef; printf x >&2")
            let result = try await queue.queuectl("result", id)
            #expect(result.code == 0 && result.stdout == "0123456789", "\(result)")
            #expect(result.stderr.contains("6 more bytes of stdout"), "\(result)")
            let record = try await queue.show(id)
            #expect(record["stdout_dropped"] as? Int == 6)
            #expect(record["stderr_dropped"] as? Int == 0)
            let usual = try await queue.submit("--", "head", "-c", "1048577", "/dev/zero")
            let all = try await queue.queuectl("result", usual)
            #expect(all.bytes.count == 1 << 20 && all.bytes.allSatisfy { $0 == 0 })
            #expect(all.stderr.contains("1 more bytes of stdout"), "\(all.stderr)")
        }
    }

    @Test func oneBadLineSpoilsItsBatch() async throws {
        try await withQueue { queue in
            for line in ["{", "7", "[]", "[1]", #"{"arguments": []}"#, #"{"task": "t", "odd": 1}"#]
            {
                let submit = try await queue.queuectl(
                    "submit", "--from", "-", input: "[\"true\"]\n\(line)\n[\"true\"]\n")
                #expect(submit.code == 65, "\(line): \(submit)")
                #expect(submit.stdout.isEmpty && submit.stderr.contains("Line 2"), "\(submit)")
            }
            #expect(try await queue.isEmpty())
        }
    }

    @Test func badRequestsToTheAPI() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let socket = queue.journal + ".sock"
            let bodies = [
                #"{"command": ["echo", "a\u0000b"]}"#,
                #"{"command": ["a"], "directory": "/\u0000"}"#,
                #"{"command": ["a"], "environment": {"A\u0000": "b"}}"#,
                #"{"command": ["a"], "environment": {"A=": "b"}}"#,
                #"{"command": []}"#, #"{"command": "echo"}"#, "{", "", "[]", "null",
                #"{"task": "a\u0000"}"#, #"{"task": "t", "options": {"key": ""}}"#,
                #"{"task": "t", "options": {"max_attempts": -1}}"#,
            ]
            for body in bodies {
                let answer = try UnixSocket.post(socket, "/v1/futures", body)
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(body): \(answer)")
                #expect(answer.contains(#""message""#), "\(body): \(answer)")
            }
            #expect(try UnixSocket.ask(socket, "GARBAGE\r\n\r\n").hasPrefix("HTTP/1.1 400"))
            #expect(try await queue.isEmpty())
            let id = try await queue.submit("--", "true")
            #expect(try await queue.queuectl("wait", id).code == 0)
        }
    }

    @Test(arguments: [
        ["/no/such/program"], ["no-such-program-anywhere"], ["/etc/passwd"], ["/"],
    ])
    func commandsThatCannotBeStarted(argv: [String]) async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let submit = try await queue.queuectl(["submit", "--"] + argv)
            let wait = try await queue.queuectl("wait", submit.line)
            #expect(wait.code == 1, "\(wait)")
            #expect(wait.stdout.contains("CommandNotStarted"), "\(wait)")
            #expect(wait.stdout.contains(argv[0]), "\(wait)")
        }
    }

    @Test func aDirectoryThatIsGone() async throws {
        try await withQueue { queue in
            let place = queue.directory.appending(path: "gone").path
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: false)
            let id = try await queue.submit("--cwd", place, "--", "true")
            try FileManager.default.removeItem(atPath: place)
            _ = try await queue.daemon()
            let wait = try await queue.queuectl("wait", id)
            #expect(wait.code == 1 && wait.stdout.contains("CommandNotStarted"), "\(wait)")
            #expect(wait.stdout.contains(place), "\(wait)")
        }
    }
}
