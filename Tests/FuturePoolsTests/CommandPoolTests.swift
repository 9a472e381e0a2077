import Foundation
import FutureModel
import FuturePools
import Testing

@Suite(.timeLimit(.minutes(10)))
struct CommandPoolTests {
    @Test func exitCodeIsReported() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(try commandAttempt(["sh", "-c", "exit 7"]))
        #expect(report.ending == .exited(.code(7), signalled: false))
        await bench.pool.shutdown()
    }

    @Test func deathBySignalIsReported() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(try commandAttempt(["sh", "-c", "kill -SEGV $$"]))
        #expect(report.ending == .exited(.signal(SIGSEGV), signalled: false))
    }

    @Test func streamsAreCapturedApart() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["sh", "-c", "echo out; echo err >&2; echo more"]))
        #expect(report.stdout == "out\nmore\n")
        #expect(report.stderr == "err\n")
    }

    @Test func argumentsReachTheProgramUntouched() async throws {
        let bench = try CommandBench()
        let odd = ["", " ", "$HOME", "a'b\"c", "*", "zeile\nzwei", "żółć", "--", "-n"]
        let report = await bench.pool.run(try commandAttempt(["printf", "%s|"] + odd))
        #expect(report.stdout == odd.map { $0 + "|" }.joined())
    }

    @Test func tenThousandArguments() async throws {
        let bench = try CommandBench()
        let many = (1...10_000).map(String.init)
        let report = await bench.pool.run(
            try commandAttempt(["sh", "-c", "echo $# ${10000}", "sh"] + many))
        #expect(report.stdout == "10000 10000\n")
    }

    @Test func tooManyArgumentsFailWithTheReason() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["true", String(repeating: "x", count: 200_000)]))
        #expect(report.ending == notStarted("'true': argument list too long"))
    }

    @Test func outputIsKeptAsBytes() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(try commandAttempt(["printf", "a\\377\\000\\376b"]))
        #expect(report.output?.stdout.bytes == Data([0x61, 0xFF, 0, 0xFE, 0x62]))
    }

    @Test func outputOverTheLimitIsCountedAndDropped() async throws {
        let bench = try CommandBench()
        let options = SubmitOptions(outputLimit: 1000)
        let report = await bench.pool.run(
            try commandAttempt(
                ["sh", "-c", "yes | head -c 10000000; echo end >&2"], options: options))
        #expect(report.ending == .exited(.code(0), signalled: false))
        let kept = String(repeating: "y\n", count: 500)
        #expect(report.output?.stdout.bytes == Data(kept.utf8))
        #expect(report.output?.stdout.droppedByteCount == 9_999_000)
        #expect(report.output?.stderr == CapturedStream(bytes: Data("end\n".utf8)))
    }

    @Test func aCommandMayCloseItsOutput() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["sh", "-c", "echo first; exec >&- 2>&-; sleep 0.1; exit 4"]))
        #expect(report.ending == .exited(.code(4), signalled: false))
        #expect(report.stdout == "first\n" && report.stderr == "")
    }

    @Test func noOutputIsKeptWithALimitOfZero() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["echo", "hello"], options: SubmitOptions(outputLimit: 0)))
        #expect(report.output?.stdout == CapturedStream(droppedByteCount: 6))
    }

    @Test func standardInputIsEmpty() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["sh", "-c", "cat; readlink /proc/self/fd/0"]))
        #expect(report.stdout == "/dev/null\n")
    }

    @Test func onlyTheThreeStandardDescriptorsAreOpen() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(
                ["sh", "-c", "for d in $(seq 0 99); do [ -e /proc/$$/fd/$d ] && echo $d; done"]))
        #expect(report.lines == ["0", "1", "2"])
    }

    @Test func signalsAreAtTheirDefaults() async throws {
        signal(SIGPIPE, SIG_IGN)
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["cat", "/proc/self/status"]))
        let masks = report.lines.filter { $0.hasPrefix("SigIgn") || $0.hasPrefix("SigBlk") }
        #expect(masks == ["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"])
    }

    @Test func itRunsInItsDirectoryAndEnvironment() async throws {
        let bench = try CommandBench()
        let attempt = try commandAttempt(
            ["sh", "-c", "pwd -P; echo $COLOUR; echo $QUEUECTL_FUTURE $QUEUECTL_ATTEMPT"],
            directory: "/usr", environment: ["COLOUR": "blue"])
        let report = await bench.pool.run(attempt)
        #expect(report.lines == ["/usr", "blue", "\(attempt.id.future) 1"])
    }

    /// Unless the submitter has named another one.
    @Test func itKnowsTheJournalOfItsOwner() async throws {
        let bench = try CommandBench()
        let argv = ["sh", "-c", "echo $QUEUECTL_JOURNAL"]
        let report = await bench.pool.run(try commandAttempt(argv))
        #expect(report.stdout == "/journal.db\n")
        let other = await bench.pool.run(
            try commandAttempt(argv, environment: ["QUEUECTL_JOURNAL": "other.db"]))
        #expect(other.stdout == "other.db\n")
    }

    @Test func programIsFoundInThePathOfItsEnvironment() async throws {
        let bench = try CommandBench()
        let path = try bench.directory.script("#!/bin/sh\necho found\n")
        let name = String(path.split(separator: "/").last!)
        let report = await bench.pool.run(
            try commandAttempt([name], environment: ["PATH": "/nowhere:" + bench.directory.path]))
        #expect(report.stdout == "found\n")
        let relative = await bench.pool.run(
            try commandAttempt(["./" + name], directory: bench.directory.path))
        #expect(relative.stdout == "found\n")
    }

    @Test func whatCannotStartSaysWhy() async throws {
        let bench = try CommandBench()
        let plain = try bench.directory.script("echo hi\n", mode: 0o644)
        let noShebang = try bench.directory.script("echo hi\n")
        let noInterpreter = try bench.directory.script("#!/no/such/shell\n")
        let reasons = [
            ["no-such-command"]: "'no-such-command': no such command in PATH",
            ["/no/such/file"]: "'/no/such/file': no such file or directory",
            [plain]: "'\(plain)': permission denied",
            ["/usr"]: "'/usr': is a directory",
            [noShebang]: "'\(noShebang)': neither a program nor a script that begins with #!",
            [noInterpreter]: "'\(noInterpreter)': the interpreter it names is missing",
        ]
        for (argv, reason) in reasons {
            let report = await bench.pool.run(try commandAttempt(argv))
            #expect(report.ending == notStarted(reason))
        }
    }

    @Test func badDirectorySaysSo() async throws {
        let bench = try CommandBench()
        let missing = await bench.pool.run(try commandAttempt(["true"], directory: "/no/where"))
        #expect(
            missing.ending == notStarted("the directory '/no/where': no such file or directory"))
        let file = await bench.pool.run(try commandAttempt(["true"], directory: "/etc/passwd"))
        #expect(file.ending == notStarted("the directory '/etc/passwd': not a directory"))
    }

    @Test func argumentsThatAreNoCommandAreRefused() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            attempt(Command.taskName, Payload(json: "[1]"), pool: .command))
        #expect(report.ending == notStarted("the arguments are not those of a command"))
    }

    @Test func outputCanBeReadWhileItRuns() async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(["sh", "-c", "echo one; sleep 1000"])
        #expect(text == "one\n")
        #expect(bench.pool.output(of: id)?.stdout.text == "one\n")
        bench.pool.stop(id, .ask)
        #expect(await reports.next().ending == .exited(.signal(SIGTERM), signalled: true))
    }

    private func notStarted(_ message: String) -> AttemptEnding {
        .threw(TaskFailure(type: TaskFailure.commandNotStarted, message: message))
    }
}
