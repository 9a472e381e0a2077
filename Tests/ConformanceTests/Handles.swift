import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// How a handle was come by. What a future does in a state is the same for each.
enum HandleKind: String, CaseIterable, Sendable {
    /// By `submit`, in the process that runs the futures.
    case submitted
    /// By its id, in a process that neither submitted nor runs it.
    case otherProcess
    /// By its id, after everything was killed and started again.
    case restarted
}

/// One future in each state that there is, reached through handles of one kind, and the gate
/// that holds the running one.
struct States: Sendable {
    var pending: Future<String>
    var running: Future<String>
    var cancelled: Future<String>
    var failed: Future<String>
    var succeeded: Future<String>
    let gate: Gate

    var all: [(FutureState, Future<String>)] {
        [
            (.pending, pending), (.running, running), (.cancelled, cancelled), (.failed, failed),
            (.succeeded, succeeded),
        ]
    }
}

/// Runs `body` with futures in each state, and lets the running one finish afterwards.
func withStates(_ kind: HandleKind, _ body: (States) async throws -> Void) async throws {
    let place = try TemporaryJournal()
    let gate = Gate(in: place.directory)
    defer { withExtendedLifetime((place, gate)) {} }
    if kind == .submitted {
        return try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
        ) { executor in
            let states = try await submitStates(executor, gate)
            try await openingAfterwards(gate) { try await body(states) }
        }
    }
    let queue = try DaemonSite(place)
    try await queue.start()
    let ids = try await queue.submitStates(gate)
    if kind == .restarted {
        await queue.kill()
        try await queue.start()
        await gate.arrival()
    }
    let executor = try await DaemonExecutor(journal: place.location.path)
    let states = States(
        pending: try await executor.future(id: ids[0], of: echo),
        running: try await executor.future(id: ids[1], of: hold),
        cancelled: try await executor.future(id: ids[2], of: echo),
        failed: try await executor.future(id: ids[3], of: refuse),
        succeeded: try await executor.future(id: ids[4], of: echo), gate: gate)
    do {
        try await openingAfterwards(gate) { try await body(states) }
    } catch {
        await queue.kill()
        throw error
    }
    await queue.kill()
}

/// Runs `body` with the handle of an ended future of `task`, which ran once on the given pool.
func withEnded<each Argument, Output>(
    _ kind: HandleKind, _ pool: ExecutorKind, _ task: TaskDefinition<repeat each Argument, Output>,
    _ arguments: String, _ body: (Future<Output>) async throws -> Void
) async throws {
    try await withEnded(kind, pool, task, arguments, followedBy: double) { future, _ in
        try await body(future)
    }
}

/// As above; the doubling of 21 was submitted after it, to the same worker.
func withEnded<each Argument, Output>(
    _ kind: HandleKind, _ pool: ExecutorKind, _ task: TaskDefinition<repeat each Argument, Output>,
    _ arguments: String, followedBy next: TaskDefinition<Int, Int>,
    _ body: (Future<Output>, Future<Int>) async throws -> Void
) async throws {
    let once = SubmitOptions(onCrash: .fail)
    let submissions = [
        Submission(task: task.name, arguments: Payload(json: arguments), options: once),
        Submission(task: next.name, arguments: Payload(json: "[21]"), options: once),
    ]
    if kind == .submitted {
        return try await withExecutor(pool, workers: 1) { executor, _ in
            let ids = try await executor.core.service.submit(submissions)
            let future = try await executor.future(id: ids[0], of: task)
            try await body(future, try await executor.future(id: ids[1], of: next))
        }
    }
    let place = try TemporaryJournal()
    let site = try DaemonSite(place)
    let slots =
        pool == .threads
        ? ["--threads", "1", "--processes", "0"] : ["--threads", "0", "--processes", "1"]
    try await site.start(slots)
    let ids = try await DaemonExecutor(journal: place.location.path).core.service
        .submit(submissions)
    _ = try await site.queuectl(["wait", "\(ids[1])"])
    if kind == .restarted {
        await site.kill()
        try await site.start(slots)
    }
    let executor = try await DaemonExecutor(journal: place.location.path)
    try await body(
        try await executor.future(id: ids[0], of: task),
        try await executor.future(id: ids[1], of: next))
    await site.kill()
}

private func openingAfterwards(_ gate: Gate, _ body: () async throws -> Void) async throws {
    defer { gate.open() }
    try await body()
}

private func submitStates(
    _ executor: some DurableExecutor, _ gate: Gate
) async throws -> States {
    let succeeded = try await executor.submit(echo, "value")
    let failed = try await executor.submit(refuse, "seven77")
    _ = try await wait([succeeded, failed])
    let running = try await executor.submit(hold, gate.key)
    await gate.arrival()
    let pending = try await executor.submit(echo, "later")
    let cancelled = try await executor.submit(echo, "never")
    try await cancelled.cancel()
    return States(
        pending: pending, running: running, cancelled: cancelled, failed: failed,
        succeeded: succeeded, gate: gate)
}

/// A journal that a daemon of its own serves.
final class DaemonSite {
    let place: TemporaryJournal
    private var daemon: Program?
    private let directory: URL

    init(_ place: TemporaryJournal) throws {
        self.place = place
        directory = URL(fileURLWithPath: place.directory)
    }

    func start(_ arguments: [String] = ["--threads", "1"]) async throws {
        let daemon = try Program(
            "conformance-worker", arguments,
            environment: ["QUEUECTL_JOURNAL": place.location.path, "SWIFT_BACKTRACE": "enable=no"],
            directory: directory)
        self.daemon = daemon
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
    }

    /// Kills the daemon with all that it runs, as a loss of power does.
    func kill() async {
        daemon?.signal(SIGKILL)
        _ = await daemon?.exitCode()
        daemon = nil
    }

    func signal(_ number: Int32) { daemon?.signal(number) }

    func exitCode() async -> Int32? { await daemon?.exitCode() }

    /// Runs `queuectl` to its end; its stdout.
    func queuectl(_ arguments: [String]) async throws -> String {
        let answer = try await Program(
            "queuectl", arguments, environment: ["QUEUECTL_JOURNAL": place.location.path],
            directory: directory
        ).answer()
        try #require(answer.code == 0, "queuectl \(arguments): \(answer)")
        return answer.line
    }

    /// Submits in a process of its own, which is gone when this returns.
    func submit(_ task: String, _ text: String) async throws -> FutureID {
        let id = try await queuectl(["submit", "--task", task, "\"\(text)\""])
        return try #require(FutureID(id))
    }

    /// The ids of futures that are pending, running, cancelled, failed and succeeded.
    func submitStates(_ gate: Gate) async throws -> [FutureID] {
        let succeeded = try await submit("echo", "value")
        let failed = try await submit("refuse", "seven77")
        _ = try await queuectl(["wait", "\(succeeded)"])
        let running = try await submit("hold", gate.key)
        await gate.arrival()
        let pending = try await submit("echo", "later")
        let cancelled = try await submit("echo", "never")
        _ = try await queuectl(["cancel", "\(cancelled)"])
        return [pending, running, cancelled, failed, succeeded]
    }
}
