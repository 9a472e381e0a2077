import Foundation
import TestSupport
import Testing

/// Functions of a daemon of one's own, submitted from the shell.
@Suite(.timeLimit(.minutes(10))) struct FunctionTests {
    @Test func aValueInJSON() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let id = try await queue.submit("--task", "add", "2", "40")
            let result = try await queue.queuectl("result", id)
            #expect(result.code == 0 && result.stdout == "42\n", "\(result)")
            let text = try await queue.submit("--task", "echo", #""a \"word\"""#)
            #expect(try await queue.queuectl("result", text).stdout == "\"a \\\"word\\\"\"\n")
        }
    }

    /// By the command line and by HTTP, there and back.
    @Test func numbersOfAnyLength() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let long = "0.1234567890123456789012345"
            let id = try await queue.submit("--task", "same_decimal", long)
            #expect(try await queue.queuectl("result", id).stdout == "[\(long)]\n")
            let record = try await queue.queuectl("show", "--json", id).stdout
            #expect(record.components(separatedBy: "[\(long)]").count == 3, "\(record)")
            let zero = try await queue.submit("--task", "same_double", "--", "-0.0")
            #expect(try await queue.queuectl("result", zero).line == "-0")
            let socket = queue.journal + ".sock"
            let body = #"{"task": "same_decimal", "arguments": [\#(long)]}"#
            #expect(try UnixSocket.post(socket, "/v1/futures", body).contains(#"{"ids":[3]}"#))
            let get = "GET /v1/futures/3/result HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let result = try UnixSocket.ask(socket, get)
            #expect(result.contains("\"value\":[\(long)]"), "\(result)")
        }
    }

    @Test(arguments: [false, true])
    func numbersThatSwiftHasNoTypeFor(withDaemon: Bool) async throws {
        try await withQueue { queue in
            if withDaemon { _ = try await queue.daemon() }
            let numbers = ["1e400", "-1e-400", "123456789012345678901234567890123456789012345.0"]
            let id = try await queue.submit(["--task", "unknown", "--"] + numbers)
            let list = "[\(numbers.joined(separator: ","))]"
            #expect(try await queue.queuectl("show", "--json", id).stdout.contains(list))
            #expect(try await queue.queuectl("list", "--json").stdout.contains(list))
            #expect(try await queue.queuectl("show", id).stdout.contains(numbers[2]))
        }
    }

    @Test func anException() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let id = try await queue.submit("--task", "fail", #""no way""#)
            let result = try await queue.queuectl("result", id)
            #expect(result.code == 1)
            #expect(result.stdout.isEmpty && result.stderr.contains("no way"), "\(result)")
        }
    }

    /// Python breaks every pending future then.
    @Test func aWorkerThatAbortsFailsItsOwnFutureOnly() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon("--processes", "3", program: "test-daemon")
            let (told, gate) = (try queue.fifo("told"), try queue.fifo("gate"))
            let words = [told.path, gate.path].map { "\"\($0)\"" }
            var neighbours: [String] = []
            for _ in 0..<2 {
                neighbours.append(try await queue.submit("--task", "meet", words[0], words[1]))
            }
            let pids = try await told.lines(2)
            let dying = try await queue.submit("--on-crash", "fail", "--task", "abort_now")
            let behind = try await queue.submit("--task", "add", "1", "1")
            let wait = try await queue.queuectl("wait", dying)
            #expect(wait.code == 1, "\(wait)")
            let exception = try await queue.show(dying)["exception"] as? [String: Any]
            #expect(exception?["type"] as? String == "WorkerDied")
            #expect(exception?["signal"] as? Int == 6)
            // The one behind it got a new worker; those beside it kept theirs.
            #expect(try await queue.queuectl("result", behind).line == "2")
            try gate.send(2)
            var values: [String] = []
            for id in neighbours { values.append(try await queue.queuectl("result", id).line) }
            #expect(Set(values) == Set(pids))
        }
    }

    @Test func aWorkerThatDiesIsTriedAgainSoOften() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let id = try await queue.submit("--max-crashes", "2", "--task", "abort_now")
            #expect(try await queue.queuectl("wait", id).code == 1)
            #expect(try await queue.show(id)["attempt"] as? Int == 3)
        }
    }

    @Test func anUnknownTaskWaitsForSomebodyWhoKnowsIt() async throws {
        try await withQueue { queue in
            let stock = try await queue.daemon()
            let submit = try await queue.queuectl("submit", "--task", "add", "1", "2")
            #expect(submit.code == 0)
            #expect(submit.stderr.contains("no worker knows the task 'add'"), "\(submit)")
            let command = try await queue.submit("--", "true")
            #expect(try await queue.queuectl("wait", command).code == 0)
            #expect(try await queue.state(submit.line) == "pending")
            #expect(
                try await queue.queuectl("show", submit.line).stdout
                    .contains("no worker knows the task 'add'"))
            #expect(try await queue.show(submit.line)["hold"] as? String == "unknown_task")
            stock.signal(SIGTERM)
            #expect(await stock.exitCode() == 0)
            _ = try await queue.daemon(program: "test-daemon")
            #expect(try await queue.queuectl("result", submit.line).line == "3")
        }
    }

    @Test(arguments: [["1"], ["1", "2", "3"], ["1", "\"2\""], ["1", "2.5"], ["1", "null"]])
    func argumentsThatDoNotFit(words: [String]) async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let submit = try await queue.queuectl(["submit", "--task", "add"] + words)
            try #require(submit.code == 0, "\(submit)")
            let wait = try await queue.queuectl("wait", submit.line)
            #expect(wait.code == 1)
            #expect(wait.stdout.contains("BadArguments: 'add' cannot take"), "\(wait)")
        }
    }

    @Test(arguments: [
        "{", "word", "", "[1,]", #"{"a": 1 , }"#, "1 2", "01", "1.", ".5", "+1", "'a'", "NaN",
    ])
    func argumentsThatAreNoJSON(word: String) async throws {
        try await withQueue { queue in
            let submit = try await queue.queuectl("submit", "--task", "add", word)
            #expect(submit.code == 65, "\(submit)")
            #expect(submit.stdout.isEmpty && submit.stderr.contains("not JSON"), "\(submit)")
            #expect(try await queue.isEmpty())
        }
    }

    @Test func cancellingAFunctionOnAThread() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "test-daemon")
            let told = try queue.fifo("told")
            let id = try await queue.submit("--task", "sleep_until_cancelled", "\"\(told.path)\"")
            _ = try await told.line()
            #expect(try await queue.queuectl("cancel", id).line == "\(id) terminated")
            #expect(try await queue.queuectl("wait", id).code == 125)
        }
    }

    @Test func aDaemonEndsThoughAThreadDoesNotListen() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon(program: "test-daemon")
            let told = try queue.fifo("told")
            let id = try await queue.submit("--task", "ignore_on_thread", "\"\(told.path)\"")
            _ = try await told.line()
            daemon.signal(SIGQUIT)
            #expect(await daemon.exitCode() == 0)
            #expect(try await queue.state(id) == "pending")
            let history = try await queue.queuectl("history", id)
            #expect(history.stdout.contains("interrupted"), "\(history)")
        }
    }

    @Test func cancellingAFunctionThatDoesNotListen() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon("--processes", "1", program: "test-daemon")
            let told = try queue.fifo("told")
            let id = try await queue.submit("--task", "ignore_cancellation", "\"\(told.path)\"")
            let worker = try #require(pid_t(try await told.line()))
            let cancel = try await queue.queuectl("cancel", "--grace", "100ms", id)
            #expect(cancel.line == "\(id) terminated", "\(cancel)")
            #expect(kill(worker, 0) == -1 && errno == ESRCH)
            #expect(try await queue.queuectl("wait", id).code == 125)
            let next = try await queue.submit("--task", "add", "3", "4")
            #expect(try await queue.queuectl("result", next).line == "7")
        }
    }
}
