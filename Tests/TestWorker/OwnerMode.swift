import Foundation
import FutureModel
import FuturePools

/// What this program does when it is not a worker: it plays an owner, for tests to kill or to
/// count the descriptors of. `test-worker MODE LEDGER IDENTITY [ARGUMENT]`
struct OwnerMode {
    private let mode: String
    private let argument: String
    let identity: String
    let ledger: ChildrenLedger

    init(_ arguments: [String], bodies: [TaskBody]) throws {
        guard arguments.count > 3 else { exit(64) }
        mode = arguments[1]
        identity = arguments[3]
        argument = arguments.count > 4 ? arguments[4] : ""
        ledger = try ChildrenLedger.open(path: arguments[2])
    }

    func run() async throws {
        switch mode {
        case "command": try await runCommand()
        case "worker": await runWorker()
        case "count": try await countDescriptors()
        case "exhaust": try await exhaustDescriptors()
        case "crowd": try await crowd()
        case "threadless": try await wantThreads()
        case "memoryless": try await wantMemory()
        default: exit(64)
        }
    }

    func commands(capacity: Int = 4) -> CommandPool {
        CommandPool(
            capacity: capacity, children: ledger,
            journal: CommandJournal(path: "/journal.db", identity: identity))
    }

    func attempt(_ argv: [String], number: Int = 1) throws -> ClaimedAttempt {
        ClaimedAttempt(
            id: AttemptID(future: 1, number: number, token: 1), task: Command.taskName,
            arguments: try Payload(encoding: Command(argv)), pool: .command,
            options: SubmitOptions(), charges: Charges())
    }

    func run(_ pool: some Pool, _ attempt: ClaimedAttempt) async -> AttemptReport {
        await withCheckedContinuation { continuation in
            pool.start([attempt]) { continuation.resume(returning: $1) }
        }
    }

    /// Runs the argument as a shell script, for as long as it takes.
    private func runCommand() async throws {
        _ = await run(commands(), try attempt(["sh", "-c", argument]))
    }

    /// Runs a body that never ends, in a worker of this very program.
    private func runWorker() async {
        let pool = WorkerPool(
            capacity: 1, program: .current, maxTasksPerChild: nil, children: ledger,
            journalIdentity: identity)
        let attempt = ClaimedAttempt(
            id: AttemptID(future: 1, number: 1, token: 1), task: "spin",
            arguments: (try? Payload(encoding: argument)) ?? .null, pool: .process,
            options: SubmitOptions(), charges: Charges())
        _ = await run(pool, attempt)
    }

    /// Prints by how many descriptors and MiB it has grown over so many commands as the argument
    /// says, and the children that are left.
    private func countDescriptors() async throws {
        let pool = commands()
        // The first rounds make what is kept: threads, their pipes, the runtime's own.
        try await runMany(pool, 200)
        let (before, memory) = (openDescriptors(), residentMegabytes())
        try await runMany(pool, Int(argument) ?? 500)
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        let children = threads.compactMap { thread in
            try? String(contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)
        }
        let growth = max(0, residentMegabytes() - memory)
        print("\(openDescriptors() - before) \(growth) [\(children.joined())]")
        exit(0)
    }

    private func residentMegabytes() -> Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (pages * Int(sysconf(Int32(_SC_PAGESIZE)))) >> 20
    }

    /// Prints how commands end when this user may have no more processes, and when it may again.
    private func crowd() async throws {
        let pool = commands()
        _ = await run(pool, try attempt(["true"]))
        let before = openDescriptors()
        leaveRoot()
        for limit in [0, rlim_t.max] {
            limitProcesses(limit)
            for _ in 0..<20 {
                say(await run(pool, try attempt(["true"])))
            }
        }
        print(openDescriptors() - before)
        exit(0)
    }

    /// No limit binds root.
    func leaveRoot() { if geteuid() == 0 { setuid(65534) } }

    /// Of processes and threads that this user may have.
    func limitProcesses(_ limit: rlim_t) {
        var processes = rlimit()
        getrlimit(.init(__RLIMIT_NPROC.rawValue), &processes)
        processes.rlim_cur = min(limit, processes.rlim_max)
        setrlimit(.init(__RLIMIT_NPROC.rawValue), &processes)
    }

    func say(_ report: AttemptReport) {
        switch report.ending {
        case .threw(let failure): print(failure.message)
        case .exited(.code(0), _), .returned: print("ok")
        default: print(report.ending)
        }
    }

    private func runMany(_ pool: CommandPool, _ count: Int) async throws {
        let scripts = ["exit 0", "exit 1", "kill -9 $$", "sleep 1000 & echo hi", "no-such-thing"]
        for round in 0..<(count / 4) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    let script = scripts[(round + lane) % scripts.count]
                    let argv = script == "no-such-thing" ? [script] : ["sh", "-c", script]
                    let attempt = try attempt(argv, number: lane)
                    group.addTask { _ = await self.run(pool, attempt) }
                }
                try await group.waitForAll()
            }
        }
    }

    func openDescriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? -1
    }

    /// Prints how a command ends for every number of descriptors that are left, from 0 up.
    private func exhaustDescriptors() async throws {
        let pool = commands()
        _ = await run(pool, try attempt(["true"]))
        var limit = rlimit(rlim_cur: 64, rlim_max: 64)
        setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
        var taken: [Int32] = []
        while true {
            let file = dup(0)
            if file < 0 { break }
            taken.append(file)
        }
        for _ in 0..<8 {
            say(await run(pool, try attempt(["true"])))
            close(taken.removeLast())
        }
        exit(0)
    }
}
