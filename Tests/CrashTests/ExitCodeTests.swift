import Foundation
import TestSupport
import Testing

/// How a future ended, told by the exit codes of `wait` and `result`.
@Suite(.timeLimit(.minutes(10))) struct ExitCodeTests {
    @Test func aFailedCommandsOwnCode() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let wait = try await queue.shell(
                "id=$(queuectl submit -- sh -c 'exit 3'); queuectl wait $id")
            #expect(wait.code == 3, "\(wait)")
            let result = try await queue.queuectl("result", "1")
            #expect(result.code == 3)
            #expect(result.stderr.contains("CommandFailed"), "\(result)")
            #expect(try await queue.show("1")["exit_code"] as? Int == 3)
        }
    }

    @Test func aSignalsCode() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let id = try await queue.submit("--", "sh", "-c", "kill -TERM $$")
            #expect(try await queue.queuectl("wait", id).code == 143)
        }
    }

    @Test func aTimeOut() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let wait = try await queue.shell(
                "queuectl wait --timeout 200ms $(queuectl submit -- sleep 600)")
            #expect(wait.code == 124, "\(wait)")
            #expect(try await queue.queuectl("result", "--timeout", "1ms", "1").code == 124)
            #expect(try await queue.state("1") == "running")
        }
    }

    @Test func theStreamsOfACommand() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let id = try await queue.submit("--", "sh", "-c", "echo to one; echo to two >&2")
            let result = try await queue.queuectl("result", id)
            #expect(result.code == 0)
            #expect(result.stdout == "to one\n")
            #expect(result.stderr == "to two\n")
        }
    }

    @Test func severalAtOnce() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let good = try await queue.submit("--", "true")
            let bad = try await queue.submit("--", "sh", "-c", "exit 3")
            let open = try await queue.submit("--", "sleep", "600")
            #expect(try await queue.queuectl("wait", good, good).code == 0)
            #expect(try await queue.queuectl("wait", good, bad).code == 1)
            let first = try await queue.queuectl(
                "wait", "--return-when", "first-exception", good, bad, open)
            #expect(first.code == 1, "\(first)")
            let all = try await queue.queuectl("wait", "--timeout", "100ms", good, bad, open)
            #expect(all.code == 124, "\(all)")
        }
    }

    @Test(arguments: [false, true])
    func anUnknownID(withDaemon: Bool) async throws {
        try await withQueue { queue in
            if withDaemon { _ = try await queue.daemon() }
            _ = try await queue.submit("--", "true")
            for verb in ["wait", "result", "show", "history", "log", "cancel", "retry"] {
                let answer = try await queue.queuectl(verb, "99")
                #expect(answer.code == 127, "\(verb): \(answer)")
                #expect(answer.stdout.isEmpty)
                #expect(answer.stderr.contains("99"), "\(verb): \(answer)")
            }
            let several = try await queue.queuectl("cancel", "1", "99")
            #expect(several.code == 127)
            #expect(try await queue.queuectl("wait", "--timeout", "30s", "1").code != 125)
        }
    }

    @Test func mistakesInUsage() async throws {
        try await withQueue { queue in
            let calls = [
                ["submit", "--"], ["submit"], ["run", "--"], ["wait"], ["wait", "one"],
                ["wait", "0"], ["submit", "--on-crash", "explode", "--", "true"],
                ["wait", "--timeout", "soon", "1"], ["frobnicate"], ["list", "--state", "odd"],
                ["submit", "--task", "add", "--shell", "true"],
            ]
            for call in calls {
                let answer = try await queue.queuectl(call)
                #expect(answer.code == 64, "\(call): \(answer)")
                #expect(answer.stdout.isEmpty && !answer.stderr.isEmpty, "\(call): \(answer)")
            }
            let daemon = try queue.start("queued", ["--threads", "many"])
            #expect(await daemon.answer().code == 64)
        }
    }

    @Test func whatNeedsADaemon() async throws {
        try await withQueue { queue in
            _ = try await queue.submit("--", "true")
            for call in [["shutdown"], ["shutdown", "--plan"]] {
                let answer = try await queue.queuectl(call)
                #expect(answer.code == 69, "\(call): \(answer)")
                #expect(answer.stderr.contains("No daemon"), "\(answer)")
            }
        }
    }

    @Test func aDiskThatIsFull() async throws {
        try await withQueue { queue in
            _ = try await queue.submit("--", "true")
            let answer = try await queue.shell("queuectl list >/dev/full")
            #expect(answer.code == 74, "\(answer)")
            // A reader that has gone is no failure.
            #expect(try await queue.shell("queuectl list | :").code == 0)
        }
    }
}
