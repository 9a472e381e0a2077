import Foundation
import FutureModel
import FuturePools
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct WorkerPoolTests {
    @Test func valuesAndFailuresComeBack() async throws {
        let bench = try WorkerBench()
        #expect(await bench.call("add", "[1,2,39]") == .returned(Payload(json: "42")))
        #expect(
            await bench.call("fail", #"{"a":1}"#)
                == .threw(
                    TaskFailure(
                        type: "Odd", message: "it failed", payload: Payload(json: #"{"a":1}"#))))
        #expect(
            await bench.call("nonsense")
                == .threw(
                    TaskFailure(
                        type: "UnknownTask",
                        message: "no function 'nonsense' is registered here")))
        await bench.pool.shutdown()
    }

    @Test func oddTextSurvivesTheWay() async throws {
        let bench = try WorkerBench()
        for json in ["\"\"", "\"żółć \\u0000 \u{1F600}\"", "[[[]]]", "  {\"a\" : 1e400 } "] {
            #expect(await bench.call("echo", json) == .returned(Payload(json: json)))
        }
        await bench.pool.shutdown()
    }

    @Test func bigArgumentsAndValuesSurviveTheWay() async throws {
        let bench = try WorkerBench()
        let json = "\"" + String(repeating: "x", count: Limits.argumentsByteCount - 2) + "\""
        #expect(await bench.call("echo", json) == .returned(Payload(json: json)))
        await bench.pool.shutdown()
    }

    @Test func valueOverTheLimitIsAFailure() async throws {
        let bench = try WorkerBench()
        let ending = await bench.call("huge", "\(Limits.valueByteCount)")
        guard case .threw(let failure) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(failure.type == TaskFailure.badValue)
        #expect(failure.message.contains("\(Limits.valueByteCount + 2) bytes"))
        #expect(await bench.call("add", "[1]") == .returned(Payload(json: "1")))
        await bench.pool.shutdown()
    }

    @Test func workersStayWarm() async throws {
        let bench = try WorkerBench(capacity: 4)
        let first = await bench.call("pid")
        for _ in 0..<10 { #expect(await bench.call("pid") == first) }
        await bench.pool.shutdown()
    }

    @Test func workerIsReplacedAfterItsTasks() async throws {
        let bench = try WorkerBench(maxTasksPerChild: 2)
        var pids: [AttemptEnding] = []
        for _ in 0..<6 { pids.append(await bench.call("pid")) }
        #expect(pids[0] == pids[1] && pids[2] == pids[3] && pids[4] == pids[5])
        #expect(Set(pids).count == 3)
        await bench.pool.shutdown()
    }

    @Test(
        "a worker's death takes only its own attempt, even in the middle of a large message",
        .statement(90, 91, 96),
        arguments: [
            ("abort", "was killed by signal 6 (SIGABRT)", SIGABRT),
            ("crash", "was killed by signal 11 (SIGSEGV)", SIGSEGV),
            ("kill", "was killed by signal 9 (SIGKILL)", SIGKILL),
            ("exit", "exited with status 3", nil),
            ("half a frame", "was killed by signal 6 (SIGABRT)", SIGABRT),
            ("half a frame and hang up", "hung up and was killed", SIGKILL),
            ("hang up", "hung up and was killed", SIGKILL),
            ("garbage frame", "sent a malformed message and was killed", SIGKILL),
        ] as [(String, String, Int32?)])
    func deathTakesOnlyItsOwnAttempt(
        _ task: String, _ message: String, _ signal: Int32?
    ) async throws {
        let bench = try WorkerBench(capacity: 2)
        let (neighbour, _, neighbours) = try await bench.start("wait")
        let ending = await bench.call(task)
        guard case .workerDied(let failure, signalled: false) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(failure.type == TaskFailure.workerDied)
        // Something else may be killed for want of memory meanwhile, which would be remarked.
        #expect(failure.message.contains(") " + message))
        #expect(failure.signal == signal)
        #expect(failure.exitCode == (signal == nil ? 3 : nil))
        #expect(await bench.call("add", "[20,22]") == .returned(Payload(json: "42")))
        bench.pool.stop(neighbour, .ask)
        #expect(await neighbours.next().ending == .gaveUp)
        await bench.pool.shutdown()
    }

    @Test func printedGarbageHarmsNothing() async throws {
        let bench = try WorkerBench()
        #expect(await bench.call("print") == .returned(.null))
        await bench.pool.shutdown()
    }

    @Test func askCancelsAndTheWorkerLivesOn() async throws {
        let bench = try WorkerBench()
        let (id, pids, reports) = try await bench.start("wait")
        bench.pool.stop(id, .ask)
        #expect(await reports.next().ending == .gaveUp)
        #expect(await bench.call("pid") == .returned(Payload(json: "\(pids[0])")))
        await bench.pool.shutdown()
    }

    @Test func killEndsABodyThatIgnoresCancellation() async throws {
        let bench = try WorkerBench()
        let (id, pids, reports) = try await bench.start("spin")
        bench.pool.stop(id, .ask)
        bench.pool.stop(id, .kill)
        guard case .workerDied(let failure, signalled: true) = await reports.next().ending else {
            Issue.record("it was not killed")
            return
        }
        #expect(failure.message.hasSuffix("was killed by signal 9 (SIGKILL)"))
        #expect(!isRunning(pids[0]))
        #expect(await bench.call("add", "[1]") == .returned(Payload(json: "1")))
        await bench.pool.shutdown()
    }

    @Test func killEndsAStoppedWorker() async throws {
        let bench = try WorkerBench()
        let (id, pids, reports) = try await bench.start("spin")
        kill(pids[0], SIGSTOP)
        bench.pool.stop(id, .ask)
        bench.pool.stop(id, .kill)
        guard case .workerDied(_, signalled: true) = await reports.next().ending else {
            Issue.record("it was not killed")
            return
        }
        #expect(!isRunning(pids[0]))
        await bench.pool.shutdown()
    }

    @Test func workerThatDiesBeforeItBeginsIsReplacedUnseen() async throws {
        let bench = try WorkerBench(capacity: 1)
        let pid = try await bench.pid().pid
        kill(pid, SIGSTOP)
        let json = "\"" + String(repeating: "x", count: 8 << 20) + "\""
        let attempt = attempt("echo", Payload(json: json), pool: .process)
        let reports = Inbox<AttemptReport>()
        bench.pool.start(attempt) { reports.put($0) }
        kill(pid, SIGKILL)
        // It cannot have begun, since it has not read all of its arguments: another takes over.
        let ending = await reports.next().ending
        #expect(
            ending == .returned(Payload(json: json)), "\(String(describing: ending).prefix(300))")
        #expect(await bench.call("echo", json) == .returned(Payload(json: json)))
        await bench.pool.shutdown()
    }

    @Test func cancelThatOvertakesItsAttemptCounts() async throws {
        let bench = try WorkerBench(capacity: 1)
        let (pid, text) = try await bench.pid()
        kill(pid, SIGSTOP)
        // Most of it still has to be read when the worker hears of the cancel.
        let json = "\"" + String(repeating: "x", count: 8 << 20) + "\""
        let attempt = attempt("wait", Payload(json: json), pool: .process)
        let reports = Inbox<AttemptReport>()
        bench.pool.start(attempt) { reports.put($0) }
        bench.pool.stop(attempt.id, .ask)
        kill(pid, SIGCONT)
        #expect(await reports.next().ending == .gaveUp)
        #expect(await bench.call("pid") == .returned(text))
        await bench.pool.shutdown()
    }

    @Test func workerThatDoesNotReadHoldsUpNobody() async throws {
        let bench = try WorkerBench(capacity: 2)
        let pid = try await bench.pid().pid
        kill(pid, SIGSTOP)
        let json = "\"" + String(repeating: "x", count: 8 << 20) + "\""
        let reports = Inbox<AttemptReport>()
        bench.pool.start(attempt("echo", Payload(json: json), pool: .process)) { reports.put($0) }
        for _ in 0..<100 {
            #expect(await bench.call("add", "[20,22]") == .returned(Payload(json: "42")))
        }
        kill(pid, SIGCONT)
        #expect(await reports.next().ending == .returned(Payload(json: json)))
        await bench.pool.shutdown()
    }

    @Test func manyWorkersAreHeardAtOnce() async throws {
        let bench = try WorkerBench(capacity: 8)
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        let ending = await bench.call("add", "[\(1000 * lane),\(number)]")
                        #expect(ending == .returned(Payload(json: "\(1000 * lane + number)")))
                    }
                }
            }
        }
        await bench.pool.shutdown()
    }

    @Test func descendantsGoWithTheirWorker() async throws {
        let bench = try WorkerBench()
        let (id, pids, reports) = try await bench.start("children", pidCount: 2)
        #expect(pids.allSatisfy(isRunning))
        bench.pool.stop(id, .kill)
        _ = await reports.next()
        #expect(!pids.contains(where: isRunning))
        await bench.pool.shutdown()
    }

    @Test func idleWorkerThatDiesIsReplaced() async throws {
        let bench = try WorkerBench()
        let pid = try await bench.pid().pid
        kill(pid, SIGKILL)
        while isRunning(pid) { await Task.yield() }
        #expect(await bench.call("add", "[1]") == .returned(Payload(json: "1")))
        await bench.pool.shutdown()
    }

    @Test func programThatCannotStartBreaksTheAttemptOnly() async throws {
        let bench = try WorkerBench(
            program: WorkerProgram(path: "/no/such/program", arguments: ["x"]))
        let failure = TaskFailure(
            type: "BrokenPool",
            message: "no worker process could be started: '/no/such/program': "
                + "no such file or directory")
        for _ in 0..<3 { #expect(await bench.call("add") == .threw(failure)) }
        await bench.pool.shutdown()
    }

    @Test func programThatIsNoWorkerBreaksTheAttemptOnly() async throws {
        let bench = try WorkerBench(
            program: WorkerProgram(path: "/bin/sh", arguments: ["sh", "-c", "exit 5"]))
        let failure = TaskFailure(
            type: "BrokenPool",
            message: "no worker process could be started: '/bin/sh' exited with status 5 "
                + "before it was ready")
        for _ in 0..<3 { #expect(await bench.call("add") == .threw(failure)) }
        await bench.pool.shutdown()
    }

    @Test func killEndsTheWaitForAWorkerThatNeverIsReady() async throws {
        let directory = TemporaryDirectory()
        let reader = LineReader(in: directory)
        let bench = try WorkerBench(
            program: WorkerProgram(
                path: "/bin/sh",
                arguments: ["sh", "-c", "echo $$ >'\(reader.path)'; exec sleep 1000"]))
        let attempt = attempt("add", pool: .process)
        let reports = Inbox<AttemptReport>()
        bench.pool.start(attempt) { reports.put($0) }
        let pid = try await reader.nextPid()
        bench.pool.stop(attempt.id, .kill)
        #expect(await reports.next().ending == .gaveUp)
        #expect(!isRunning(pid))
        await bench.pool.shutdown()
    }

    @Test func workerFlagIsNotInherited() async throws {
        let bench = try WorkerBench()
        let value = try await bench.value("environment")
        let values = try value.decode(as: [String].self)
        #expect(values[0] == "")
        #expect(values[1].hasPrefix(bench.identity + ":worker:"))
        await bench.pool.shutdown()
    }

    @Test func shutdownCanBeCalledAgain() async throws {
        let bench = try WorkerBench()
        _ = try await bench.pid()
        async let other: Void = bench.pool.shutdown()
        await bench.pool.shutdown()
        await other
        await bench.pool.shutdown()
    }

    @Test func shutdownEndsTheWorkers() async throws {
        let bench = try WorkerBench()
        let pid = try await bench.pid().pid
        await bench.pool.shutdown()
        #expect(!isRunning(pid))
    }
}
