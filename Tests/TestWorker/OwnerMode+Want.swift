import Foundation
import FutureModel
import FuturePools

extension OwnerMode {
    /// Prints what the system says and how the first attempt of each pool ends when this user may
    /// have no more threads, and how the next one does when it may again.
    func wantThreads() async throws {
        let threads = ThreadPool(
            capacity: 2, bodies: [TaskBody(name: "echo", pool: .thread) { .returned($0) }],
            threadNamePrefix: "body")
        let workers = workers()
        let commands = commands()
        leaveRoot()
        for limit in [0, rlim_t.max] {
            limitProcesses(limit)
            print(NativeThread.tryToStart(3) == 0 ? "ok" : "none")
            say(await run(threads, function("echo", .thread)))
            say(await run(workers, function("echo", .process)))
            say(await run(commands, try attempt(["true"])))
        }
        exit(0)
    }

    /// Prints how commands, and functions in new workers, end when the kernel has no memory for
    /// another process, and when it has again; and how many descriptors more there are.
    ///
    /// A pid namespace whose first process has ended is one in which no other can be made: the
    /// kernel says ENOMEM. Namespaces are a thread's own, and an attempt's end is told by the
    /// thread that starts the next one.
    func wantMemory() async throws {
        let own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)
        let (commands, workers) = (commands(capacity: 1), workers())
        let command = try attempt(["true"])
        let last = function("exit", .process)
        await run(commands, command) {}
        await run(workers, last) {}
        let before = openDescriptors()
        // The first process of the new namespace ends the namespace with itself.
        await run(commands, command) { Namespace.leave() }
        await run(commands, command) {}
        for _ in 0..<20 { say(await run(commands, command)) }
        await run(commands, command) { Namespace.enter(own) }
        for _ in 0..<20 { say(await run(commands, command)) }
        await run(workers, last) { Namespace.leave() }
        await run(workers, last) {}
        for _ in 0..<20 { say(await run(workers, function("echo", .process))) }
        await run(workers, last) { Namespace.enter(own) }
        say(await run(workers, function("echo", .process)))
        await run(workers, last) {}
        print(openDescriptors() - before)
        exit(0)
    }

    private func workers() -> WorkerPool {
        WorkerPool(
            capacity: 1, program: .current, maxTasksPerChild: nil, children: ledger,
            journalIdentity: identity)
    }

    private func function(_ name: String, _ pool: PoolKind) -> ClaimedAttempt {
        ClaimedAttempt(
            id: AttemptID(future: 1, number: 1, token: 1), task: name, arguments: .null,
            pool: pool, options: SubmitOptions(), charges: Charges())
    }

    /// `body` is run by the thread that has run the attempt.
    private func run(
        _ pool: some Pool, _ attempt: ClaimedAttempt, then body: @escaping @Sendable () -> Void
    ) async {
        await withCheckedContinuation { continuation in
            pool.start([attempt]) { _, _ in
                body()
                continuation.resume()
            }
        }
    }
}

/// The pid namespace in which the calling thread makes processes.
private enum Namespace {
    /// CLONE_NEWPID, which Swift is not shown, nor what it is for.
    private static let kind: Int32 = 0x2000_0000

    static func leave() {
        typealias Call = @convention(c) (Int32) -> Int32
        guard let address = dlsym(nil, "unshare") else { return complain("unshare") }
        if unsafeBitCast(address, to: Call.self)(kind) != 0 { complain("unshare") }
    }

    static func enter(_ namespace: Int32) {
        typealias Call = @convention(c) (Int32, Int32) -> Int32
        guard let address = dlsym(nil, "setns") else { return complain("setns") }
        if unsafeBitCast(address, to: Call.self)(namespace, kind) != 0 { complain("setns") }
    }

    private static func complain(_ call: String) {
        print("\(call): \(String(cString: strerror(errno)))")
    }
}
