import Foundation
import FutureModel
import FuturePools
import Synchronization
import Testing

/// A program that plays an owner, started as a command of the test's own pool.
private struct Owner {
    let bench: CommandBench
    let identity = UUID().uuidString
    let ledgerPath: String

    init() throws {
        bench = try CommandBench()
        ledgerPath = bench.directory.path + "/dead.children"
    }

    func start(_ mode: String, _ argument: String = "") throws -> Inbox<AttemptReport> {
        let reports = Inbox<AttemptReport>()
        let argv = [testWorkerPath, mode, ledgerPath, identity, argument]
        bench.pool.start(try commandAttempt(argv)) { reports.put($0) }
        return reports
    }
}

private func waitForEnd(of pid: Int32) async {
    while isRunning(pid) { await Task.yield() }
}

/// Tried on a thread that then ends: they are a thread's own.
private let canHaveNamespaces: Bool = {
    guard geteuid() == 0, let address = dlsym(nil, "unshare") else { return false }
    typealias Call = @convention(c) (Int32) -> Int32
    let unshare = unsafeBitCast(address, to: Call.self)
    let answer = Mutex<Int32>(-1)
    let isOver = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        // CLONE_NEWPID
        answer.withLock { $0 = unshare(0x2000_0000) }
        isOver.signal()
    }
    isOver.wait()
    return answer.withLock { $0 } == 0
}()

private func parent(of pid: Int32) throws -> Int32 {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("PPid:") })
    return try #require(Int32(line.dropFirst(5).trimmingCharacters(in: .whitespaces)))
}

@Suite(.timeLimit(.minutes(10)))
struct LeftoversTests {
    @Test func everythingOfADeadOwnerIsKilled() async throws {
        let owner = try Owner()
        let fifo = LineReader(in: owner.bench.directory)
        // The leader; one in its group without the mark; one with the mark that has left it.
        let script = """
            env -i /bin/sh -c 'echo $$ >"$0"; sleep 1000' '\(fifo.path)' &
            wait_for=$!
            (setsid sh -c 'echo $$ >"$0"; sleep 1000' '\(fifo.path)' &)
            echo $$ >'\(fifo.path)'
            wait
            """
        let reports = try owner.start("command", script)
        var pids: [Int32] = []
        for _ in 0..<3 { pids.append(try await fifo.nextPid()) }
        let parents = try pids.map(parent(of:))
        let leader = try #require(pids.first { parents.contains($0) })
        kill(try parent(of: leader), SIGKILL)
        #expect(await reports.next().ending == .exited(.signal(SIGKILL), signalled: false))
        await waitForEnd(of: leader)

        let count = try Leftovers.kill(
            ledgerPath: owner.ledgerPath, journalIdentity: owner.identity)
        #expect(count >= 2)
        #expect(!pids.contains(where: isRunning))
        #expect(
            try Leftovers.kill(ledgerPath: owner.ledgerPath, journalIdentity: owner.identity) == 0)
    }

    @Test func workersDoNotOutliveTheirOwner() async throws {
        let owner = try Owner()
        let fifo = LineReader(in: owner.bench.directory)
        let reports = try owner.start("worker", fifo.path)
        let worker = try await fifo.nextPid()
        kill(try parent(of: worker), SIGKILL)
        _ = await reports.next()
        await waitForEnd(of: worker)
    }

    /// The record of a live process counts; that of another start or another boot does not.
    @Test func strangerWithTheSameNumberIsLeftAlone() async throws {
        let bench = try CommandBench()
        let (id, text, reports) = try await bench.startAndRead(["sh", "-c", "echo $$; sleep 1000"])
        let pid = try #require(Int32(text.dropLast()))
        let original = try Data(
            contentsOf: URL(fileURLWithPath: bench.directory.path + "/journal.children"))
        let copy = bench.directory.path + "/copy.children"
        func leftovers(_ change: (inout Data) -> Void) throws -> Int {
            var bytes = original
            change(&bytes)
            try bytes.write(to: URL(fileURLWithPath: copy))
            return try Leftovers.kill(ledgerPath: copy, journalIdentity: UUID().uuidString)
        }
        // A slot is the pid, the session and the start time, 4, 4 and 8 bytes, from byte 128 on.
        #expect(try leftovers { $0[128 + 8] ^= 1 } == 0)
        #expect(try leftovers { $0[40] ^= 1 } == 0)
        #expect(isRunning(pid))
        #expect(try leftovers { _ in } >= 1)
        #expect(await reports.next().ending == .exited(.signal(SIGKILL), signalled: false))
        bench.pool.stop(id, .kill)
    }

    @Test func missingLedgerIsAnEmptyOne() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/none.children"
        #expect(try Leftovers.kill(ledgerPath: path, journalIdentity: UUID().uuidString) == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func foreignFileIsRefused() throws {
        let directory = TemporaryDirectory()
        let path = try directory.script(String(repeating: "something else\n", count: 50))
        let error = #expect(throws: QueueError.self) {
            try Leftovers.kill(ledgerPath: path, journalIdentity: "x")
        }
        #expect(error?.code == .badJournal)
    }

    @Test func aShortForeignFileIsRefusedAsWell() throws {
        let directory = TemporaryDirectory()
        for text in ["my notes\n", "durable-futures notes\n"] {
            let path = try directory.script(text)
            let error = #expect(throws: QueueError.self) {
                try Leftovers.kill(ledgerPath: path, journalIdentity: "x")
            }
            #expect(error?.code == .badJournal && error?.message.contains(path) == true)
            #expect(FileManager.default.contents(atPath: path) == Data(text.utf8))
        }
        let path = directory.path + "/fifo"
        mkfifo(path, 0o600)
        let error = #expect(throws: QueueError.self) {
            try Leftovers.kill(ledgerPath: path, journalIdentity: "x")
        }
        #expect(error?.code == .badJournal)
    }

    @Test func aLedgerThatWasCutShortIsEmpty() throws {
        let directory = TemporaryDirectory()
        for text in ["", "durable-fut", "durable-futures children 1\n0a1b"] {
            let path = try directory.script(text)
            #expect(try Leftovers.kill(ledgerPath: path, journalIdentity: "x") == 0)
        }
    }

    @Test func ledgerThatCannotBeMadeSaysWhy() {
        let error = #expect(throws: QueueError.self) {
            try ChildrenLedger.open(path: "/no/such/directory/x.children")
        }
        #expect(error?.code == .noAccess)
    }

    @Test func ledgerIsEmptyAgainWhenAllHaveEnded() async throws {
        let bench = try CommandBench()
        // One that the kernel refuses has had its place there too.
        let tooLong = ["true", String(repeating: "x", count: 200_000)]
        for argv in [["true"], tooLong, ["true"], tooLong, ["true"]] {
            _ = await bench.pool.run(try commandAttempt(argv))
        }
        let bytes = try Data(
            contentsOf: URL(fileURLWithPath: bench.directory.path + "/journal.children"))
        #expect(bytes.dropFirst(128).count == 16)
        #expect(bytes.dropFirst(128).allSatisfy { $0 == 0 })
    }

    @Test func descriptorsStayFlatAndNoZombieIsLeft() async throws {
        let owner = try Owner()
        let report = await (try owner.start("count", "2000")).next()
        // The directory, with the ledger, lives as long as the owner.
        withExtendedLifetime(owner) {}
        let words = report.stdout.split(separator: " ")
        try #require(words.count == 3, "\(report)")
        #expect(words[0] == "0" && words[2] == "[]\n", "\(report.stdout)")
        #expect(try #require(Int(words[1])) <= 4, "\(report.stdout)")
    }

    @Test func wantOfProcessesFailsWithTheReason() async throws {
        let owner = try Owner()
        let report = await (try owner.start("crowd")).next()
        // The directory, with the ledger, lives as long as the owner.
        withExtendedLifetime(owner) {}
        let reason = "no process could be made: resource temporarily unavailable"
        let expected = Array(repeating: reason, count: 20) + Array(repeating: "ok", count: 20)
        #expect(report.lines == expected + ["0"], "\(report.stderr)")
    }

    @Test(.enabled("needs root, who may have namespaces of processes") { canHaveNamespaces })
    func wantOfMemoryFailsWithTheReason() async throws {
        let owner = try Owner()
        let report = await (try owner.start("memoryless")).next()
        // The directory, with the ledger, lives as long as the owner.
        withExtendedLifetime(owner) {}
        let ok = Array(repeating: "ok", count: 20)
        let command = "no process could be made: cannot allocate memory"
        let worker = "no worker process could be started: '/proc/self/exe': cannot allocate memory"
        let expected =
            Array(repeating: command, count: 20) + ok + Array(repeating: worker, count: 20)
            + ["ok", "0"]
        #expect(report.lines == expected, "\(report.stdout) \(report.stderr)")
    }

    @Test func wantOfThreadsFailsWithTheReason() async throws {
        let owner = try Owner()
        let report = await (try owner.start("threadless")).next()
        // The directory, with the ledger, lives as long as the owner.
        withExtendedLifetime(owner) {}
        let reason = "resource temporarily unavailable"
        #expect(
            report.lines == [
                "none", "a thread could not be started: \(reason)",
                "no thread could be started for a worker: \(reason)",
                "no thread could be started for it: \(reason)", "ok", "ok", "ok",
                "ok",
            ], "\(report.stdout) \(report.stderr)")
    }

    @Test func aGuardianThatCannotBeStartedSaysWhy() throws {
        let error = #expect(throws: QueueError.self) {
            try GuardianProcess(
                journalIdentity: "x", program: WorkerProgram(path: "/no/such", arguments: ["x"]))
        }
        #expect(error?.message.contains("no such file or directory") == true)
    }

    @Test func wantOfDescriptorsFailsWithTheReason() async throws {
        let owner = try Owner()
        let report = await (try owner.start("exhaust")).next()
        // The directory, with the ledger, lives as long as the owner.
        withExtendedLifetime(owner) {}
        #expect(report.ending == .exited(.code(0), signalled: false))
        #expect(report.lines.first == "no pipe could be made: too many open files")
        #expect(report.lines.last == "ok")
        let reasons = report.lines.filter { $0 != "ok" }
        #expect(reasons.allSatisfy { $0.hasSuffix(": too many open files") })
    }
}
