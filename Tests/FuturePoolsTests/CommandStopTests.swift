import Foundation
import FutureModel
import FuturePools
import Testing

@Suite(.timeLimit(.minutes(10)))
struct CommandStopTests {
    @Test func grandchildThatKeepsThePipeDoesNotHoldUpTheEnd() async throws {
        let bench = try CommandBench()
        let report = await bench.pool.run(
            try commandAttempt(["sh", "-c", "sleep 1000 & echo $!"]))
        #expect(report.ending == .exited(.code(0), signalled: false))
        #expect(!isRunning(try #require(Int32(report.lines[0]))))
    }

    @Test func askSendsTerminateToTheGroup() async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(
            ["sh", "-c", "trap 'echo bye; exit 3' TERM; sleep 1000 & echo $!; wait"])
        bench.pool.stop(id, .ask)
        let report = await reports.next()
        #expect(report.ending == .exited(.code(3), signalled: true))
        #expect(report.stdout == text + "bye\n")
        #expect(!isRunning(try #require(Int32(text.dropLast()))))
    }

    @Test func killEndsWhatIgnoresTerminate() async throws {
        let bench = try CommandBench()
        let (id, _, reports) = try await bench.startAndRead(
            ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
        bench.pool.stop(id, .ask)
        bench.pool.stop(id, .kill)
        #expect(await reports.next().ending == .exited(.signal(SIGKILL), signalled: true))
    }

    @Test func killEndsAStoppedProcess() async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(
            ["sh", "-c", "echo $$; kill -STOP $$; sleep 1000"])
        bench.pool.stop(id, .kill)
        #expect(await reports.next().ending == .exited(.signal(SIGKILL), signalled: true))
        #expect(!isRunning(try #require(Int32(text.dropLast()))))
    }

    @Test func askReachesAStoppedProcess() async throws {
        let bench = try CommandBench()
        let (id, _, reports) = try await bench.startAndRead(
            ["sh", "-c", "echo $$; kill -STOP $$; sleep 1000"])
        bench.pool.stop(id, .ask)
        #expect(await reports.next().ending == .exited(.signal(SIGTERM), signalled: true))
    }

    /// Descendants that leave the group, the session, their parents, and their environment.
    @Test(arguments: [
        "setsid sh -c 'echo $$; sleep 1000' & wait",
        "(setsid sh -c 'echo $$; sleep 1000' &) & sleep 1000",
        "(setsid sh -c '(setsid sh -c \"echo \\$\\$; sleep 1000\" &)' &) & sleep 1000",
        "setsid env -i /bin/sh -c 'echo $$; sleep 1000' & wait",
        "env -i /bin/sh -c 'echo $$; sleep 1000' & wait",
        // Five generations, each with a session of its own.
        """
        next='[ $0 = 0 ] && { echo $$; exec sleep 1000; }; setsid sh -c "$1" $(($0 - 1)) "$1" & wait'
        sh -c "$next" 5 "$next" & wait
        """,
    ])
    func killTakesTheWholeTree(_ script: String) async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(["sh", "-c", script])
        let pid = try #require(Int32(text.dropLast()))
        #expect(isRunning(pid))
        bench.pool.stop(id, .kill)
        #expect(await reports.next().ending == .exited(.signal(SIGKILL), signalled: true))
        #expect(!isRunning(pid))
    }

    @Test func treeIsGoneTooWhenAskWasEnough() async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(
            ["sh", "-c", "(setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000' &) & sleep 1000"])
        bench.pool.stop(id, .ask)
        #expect(await reports.next().ending == .exited(.signal(SIGTERM), signalled: true))
        #expect(!isRunning(try #require(Int32(text.dropLast()))))
    }

    /// What has left the group must not meet the next attempt.
    @Test func treeIsGoneWhenTheCommandMayBeRetried() async throws {
        let options = SubmitOptions(retry: RetryPolicy(maxAttempts: 2))
        #expect(try await detachedOutlives("exit 1", options) == false)
    }

    @Test func whatHasDetachedItselfOutlivesACommandThatIsWell() async throws {
        let options = SubmitOptions(retry: RetryPolicy(maxAttempts: 2))
        #expect(try await detachedOutlives("exit 0", options))
        #expect(try await detachedOutlives("exit 1", SubmitOptions()))
    }

    /// Whether a process that has left the group of its command runs when the attempt has ended.
    private func detachedOutlives(_ exit: String, _ options: SubmitOptions) async throws -> Bool {
        let bench = try CommandBench()
        let fifo = LineReader(in: bench.directory)
        let gate = bench.directory.path + "/gate"
        mkfifo(gate, 0o600)
        let script = """
            setsid sh -c 'echo $$ >"$0"; exec sleep 1000' "$0" &
            read line <"$1"
            \(exit)
            """
        let attempt = try commandAttempt(["sh", "-c", script, fifo.path, gate], options: options)
        let reports = Inbox<AttemptReport>()
        bench.pool.start(attempt) { reports.put($0) }
        let pid = try await fifo.nextPid()
        try Data("go\n".utf8).write(to: URL(fileURLWithPath: gate))
        _ = await reports.next()
        defer { kill(pid, SIGKILL) }
        return isRunning(pid)
    }

    @Test func startAfterShutdownIsRefused() async throws {
        let bench = try CommandBench()
        _ = await bench.pool.run(try commandAttempt(["true"]))
        await bench.pool.shutdown()
        await bench.pool.shutdown()
        guard case .threw = await bench.pool.run(try commandAttempt(["true"])).ending else {
            Issue.record("it ran")
            return
        }
    }

    @Test func stopOfAnEndedAttemptDoesNothing() async throws {
        let bench = try CommandBench()
        let attempt = try commandAttempt(["true"])
        let report = await bench.pool.run(attempt)
        bench.pool.stop(attempt.id, .kill)
        #expect(report.ending == .exited(.code(0), signalled: false))
        #expect(await bench.pool.run(try commandAttempt(["true"])).ending == report.ending)
    }

    @Test func stopRacingWithTheStartIsNeverLost() async throws {
        let bench = try CommandBench()
        for round in 0..<50 {
            let attempt = try commandAttempt(["sleep", "1000"])
            let reports = Inbox<AttemptReport>()
            bench.pool.start(attempt) { reports.put($0) }
            if round % 2 == 0 { await Task.yield() }
            bench.pool.stop(attempt.id, round % 3 == 0 ? .kill : .ask)
            let ending = await reports.next().ending
            let allowed: [AttemptEnding] = [
                .gaveUp, .exited(.signal(SIGTERM), signalled: true),
                .exited(.signal(SIGKILL), signalled: true),
            ]
            #expect(allowed.contains(ending))
        }
    }

    @Test func shutdownEndsIdleThreads() async throws {
        let bench = try CommandBench()
        _ = await bench.pool.run(try commandAttempt(["true"]))
        await bench.pool.shutdown()
    }
}
