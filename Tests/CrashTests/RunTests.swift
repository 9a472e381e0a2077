import Foundation
import TestSupport
import Testing

/// `queuectl run` beside a daemon, and `queuectl log`.
@Suite(.timeLimit(.minutes(10))) struct RunTests {
    @Test func runEndsAsTheCommandDoes() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let run = try await queue.queuectl(
                "run", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
            #expect(run.code == 7 && run.stdout == "out\n" && run.stderr == "err\n", "\(run)")
            #expect(try await queue.queuectl("run", "--shell", "kill -9 $$").code == 137)
            let none = try await queue.queuectl("run", "--", "no-such-program-anywhere")
            #expect(none.code == 1 && none.stderr.contains("CommandNotStarted"), "\(none)")
        }
    }

    /// A command that prints one line, waits for a line of `gate`, and prints another.
    private func talker(_ gate: Fifo) -> [String] {
        ["sh", "-c", "echo first; read line <\(gate.path); echo second"]
    }

    @Test func runPassesOutputOnAsItComes() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let gate = try queue.fifo("gate")
            let run = try queue.start("queuectl", ["run", "--"] + talker(gate))
            #expect(await run.hasPrinted("first"))
            try gate.send()
            let answer = await run.answer()
            #expect(answer.code == 0 && answer.stdout == "first\nsecond\n", "\(answer)")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalCancelsTheCommand(signal: Int32) async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let run = try queue.start("queuectl", ["run", "--", "sh", "-c", "echo up; sleep 600"])
            #expect(await run.hasPrinted("up"))
            run.signal(signal)
            let answer = await run.answer()
            #expect(answer.code == 125, "\(answer)")
            #expect(try await queue.state("1") == "cancelled")
            #expect(try queue.processes() == [])
        }
    }

    @Test func aSecondSignalLeavesAtOnce() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let run = try queue.start(
                "queuectl",
                [
                    "run", "--grace", "1h", "--", "sh", "-c",
                    "trap '' INT TERM; echo up; while :; do sleep 600; done",
                ])
            #expect(await run.hasPrinted("up"))
            run.signal(SIGINT)
            #expect(await run.hasSaid("queuectl: cancelling future 1"))
            run.signal(SIGINT)
            #expect(await run.exitCode() == 130)
            #expect(try await queue.queuectl("cancel", "--grace", "0", "1").code == 0)
        }
    }

    @Test func runGoesOnWithTheNextOwner() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon()
            let gate = try queue.fifo("gate")
            let run = try queue.start("queuectl", ["run", "--"] + talker(gate))
            #expect(await run.hasPrinted("first"))
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            _ = try await queue.daemon()
            try gate.send()
            let answer = await run.answer()
            #expect(answer.code == 0 && answer.stdout.hasSuffix("second\n"), "\(answer)")
        }
    }

    /// Attempt 2 has written less than attempt 1 had when it is first heard of.
    @Test(arguments: ["run", "log -f"])
    func allThatTheNextAttemptWritesIsPassedOn(verb: String) async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon()
            let script = """
                if [ $QUEUECTL_ATTEMPT = 1 ]; then echo AAAAAAAAAAAAAAAAAAAA; sleep 600; fi
                echo one; echo two
                """
            var words = ["run", "--shell", script]
            if verb != "run" {
                words = ["log", "-f", try await queue.submit("--shell", script)]
            }
            let run = try queue.start("queuectl", words)
            #expect(await run.hasPrinted("AAAAAAAAAAAAAAAAAAAA"))
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            _ = try await queue.daemon()
            let answer = await run.answer()
            #expect(answer.code == 0, "\(answer)")
            #expect(answer.stdout == "AAAAAAAAAAAAAAAAAAAA\none\ntwo\n", "\(answer)")
            #expect(answer.stderr.contains("queuectl: attempt 2 begins\n"), "\(answer)")
        }
    }

    /// More than is kept anywhere for a reader that is slow.
    @Test(arguments: [true, false])
    func allOfItsOutputIsPassedOn(isServed: Bool) async throws {
        try await withQueue { queue in
            if isServed { _ = try await queue.daemon() }
            let answer = try await queue.shell(
                """
                { queuectl run -- sh -c 'head -c 32000000 /dev/zero; exit 3'; echo $? >&2; } |
                { for n in 1 2 3 4 5; do queuectl stats >/dev/null; done; wc -c; }
                """)
            #expect(answer.stdout == "32000000\n", "\(answer)")
            #expect(answer.stderr.hasSuffix("\n3\n"), "\(answer)")
        }
    }

    /// What it prints does not depend on who is faster, it or the command.
    @Test func whatIsNotKeptIsPassedOnToo() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            for _ in 0..<10 {
                let run = try await queue.queuectl(
                    "run", "--output-limit", "0", "--", "echo", "hello")
                #expect(run.code == 0 && run.stdout == "hello\n", "\(run)")
            }
        }
    }

    // MARK: log

    @Test func whoFollowsLateLearnsWhatIsMissing() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let gate = try queue.fifo("gate")
            let id = try await queue.submit(
                "--output-limit", "8", "--shell",
                "printf 'line1\nline2\n'; read line <\(gate.path); echo line3")
            while try await !queue.queuectl("log", id).stderr.contains("4 more bytes") {}
            let late = try queue.start("queuectl", ["log", "-f", id])
            #expect(await late.hasSaid("queuectl: … 4 bytes of stdout not kept …"))
            try gate.send()
            let answer = await late.answer()
            #expect(answer.stdout == "line1\nliline3\n", "\(answer)")
        }
    }

    @Test func logFollowsWhileItRuns() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let gate = try queue.fifo("gate")
            let submit = try await queue.queuectl(["submit", "--"] + talker(gate))
            let log = try queue.start("queuectl", ["log", "-f", submit.line])
            #expect(await log.hasPrinted("first"))
            let now = try await queue.queuectl("log", submit.line)
            #expect(now.code == 0 && now.stdout == "first\n", "\(now)")
            #expect(try await queue.state(submit.line) == "running")
            try gate.send()
            let answer = await log.answer()
            #expect(answer.code == 0 && answer.stdout == "first\nsecond\n", "\(answer)")
            #expect(try await queue.queuectl("log", submit.line).stdout == "first\nsecond\n")
        }
    }

    @Test func aReaderThatGoesAwayEndsTheLogOnly() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let gate = try queue.fifo("gate")
            let submit = try await queue.queuectl(["submit", "--"] + talker(gate))
            // The log notices when it has more to say, which is when the gate has opened.
            let log = try await queue.shell(
                "queuectl log -f \(submit.line) | { head -n 1; echo >\(gate.path); }")
            #expect(log.code == 0 && log.stdout == "first\n", "\(log)")
            #expect(try await queue.queuectl("wait", submit.line).code == 0)
        }
    }
}
