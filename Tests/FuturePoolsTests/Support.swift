import Foundation
import FutureModel
import FuturePools
import Synchronization
import Testing

/// A directory that goes away with the test that made it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "/pools-" + UUID().uuidString
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a new file that can be executed.
    func script(_ text: String, mode: Int = 0o755) throws -> String {
        let file = path + "/script-" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// Numbers for attempts, no two alike in this process.
private let nextID = Atomic<Int64>(1)

func attempt(
    _ task: String, _ arguments: Payload = Payload(json: "[]"), pool: PoolKind = .thread,
    options: SubmitOptions = SubmitOptions()
) -> ClaimedAttempt {
    let id = nextID.add(1, ordering: .relaxed).newValue
    return ClaimedAttempt(
        id: AttemptID(future: FutureID(rawValue: id), number: 1, token: id), task: task,
        arguments: arguments, pool: pool, options: options, charges: Charges())
}

func commandAttempt(
    _ argv: [String], directory: String? = nil, environment: [String: String] = [:],
    options: SubmitOptions = SubmitOptions()
) throws -> ClaimedAttempt {
    let command = Command(argv, directory: directory, environment: environment)
    return attempt(
        Command.taskName, try Payload(encoding: command), pool: .command, options: options)
}

extension Pool {
    func start(
        _ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        start([attempt]) { onEnd($1) }
    }

    func run(_ attempt: ClaimedAttempt) async -> AttemptReport {
        await withCheckedContinuation { continuation in
            start(attempt) { continuation.resume(returning: $0) }
        }
    }
}

/// Values that arrive on other threads, to be awaited one after another.
final class Inbox<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func put(_ value: Value) { continuation.yield(value) }

    func next() async -> Value {
        for await value in stream { return value }
        fatalError("the inbox was finished")
    }
}

/// Whether a process of this number runs; one that waits to be reaped does not.
func isRunning(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = stat.lastIndex(of: ")")
    else { return false }
    let state = stat[stat.index(end, offsetBy: 2)]
    return state != "Z" && state != "X"
}

extension AttemptReport {
    var stdout: String { output?.stdout.text ?? "" }
    var stderr: String { output?.stderr.text ?? "" }
    var lines: [String] { stdout.split(separator: "\n").map(String.init) }
}

/// Before any child is started: those that crash on purpose need no backtrace.
private let quietCrashes: Void = { _ = setenv("SWIFT_BACKTRACE", "enable=no", 1) }()

struct CommandBench {
    let directory = TemporaryDirectory()
    let identity = UUID().uuidString
    let pool: CommandPool

    init(capacity: Int = 4) throws {
        quietCrashes
        let ledger = try ChildrenLedger.open(path: directory.path + "/journal.children")
        pool = CommandPool(
            capacity: capacity, children: ledger,
            journal: CommandJournal(path: "/journal.db", identity: identity))
    }

    /// Starts a command and awaits the first text it writes.
    func startAndRead(
        _ argv: [String], options: SubmitOptions = SubmitOptions()
    ) async throws -> (id: AttemptID, text: String, report: Inbox<AttemptReport>) {
        let attempt = try commandAttempt(argv, options: options)
        let reports = Inbox<AttemptReport>()
        let follower = OutputFollower()
        pool.start(attempt) { reports.put($0) }
        #expect(pool.followOutput(of: attempt.id, follower))
        let first = await follower.next()
        return (attempt.id, String(decoding: first?.bytes ?? Data(), as: UTF8.self), reports)
    }
}

extension OutputFollower {
    /// All that has come, and that comes until it is over.
    func rest() async -> [OutputChunk] {
        var chunks: [OutputChunk] = []
        while let chunk = await next() { chunks.append(chunk) }
        return chunks
    }
}

/// A FIFO from which lines are awaited that another process writes.
final class LineReader: Sendable {
    let path: String
    private let lines = Inbox<String>()

    init(in directory: TemporaryDirectory) {
        path = directory.path + "/fifo-" + UUID().uuidString
        mkfifo(path, 0o600)
        // Also for writing, so that it does not end with the first writer.
        let file = FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
        let lines = lines
        Thread.detachNewThread {
            var text = Data()
            while true {
                let piece = file.availableData
                if piece == Data("\n".utf8) { return }
                text += piece
                while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                    lines.put(String(decoding: text[..<end], as: UTF8.self))
                    text = Data(text[(end + 1)...])
                }
            }
        }
    }

    deinit {
        let file = open(path, O_RDWR | O_CLOEXEC)
        _ = write(file, "\n", 1)
        close(file)
    }

    var argument: Payload { (try? Payload(encoding: path)) ?? .null }

    func next() async -> String { await lines.next() }

    func nextPid() async throws -> Int32 { try #require(Int32(await next())) }
}

/// The program of these tests that serves as a worker; it stands beside the tests' own.
let testWorkerPath: String = {
    var directory = URL(fileURLWithPath: CommandLine.arguments[0])
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
    if let bundle { directory = URL(fileURLWithPath: bundle) }
    while directory.path != "/" {
        directory.deleteLastPathComponent()
        let path = directory.appendingPathComponent("test-worker").path
        if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    return "/no/test-worker"
}()

struct WorkerBench {
    let directory = TemporaryDirectory()
    let identity = UUID().uuidString
    let pool: WorkerPool

    init(
        capacity: Int = 2, maxTasksPerChild: Int? = nil,
        program: WorkerProgram = WorkerProgram(path: testWorkerPath, arguments: ["test-worker"])
    ) throws {
        quietCrashes
        let ledger = try ChildrenLedger.open(path: directory.path + "/journal.children")
        pool = WorkerPool(
            capacity: capacity, program: program, maxTasksPerChild: maxTasksPerChild,
            children: ledger, journalIdentity: identity)
    }

    func call(_ task: String, _ json: String = "[]") async -> AttemptEnding {
        await pool.run(attempt(task, Payload(json: json), pool: .process)).ending
    }

    /// What a call returns that does not fail.
    func value(_ task: String, _ json: String = "[]") async throws -> Payload {
        let ending = await call(task, json)
        guard case .returned(let value) = ending else {
            Issue.record("'\(task)': \(ending)")
            throw CancellationError()
        }
        return value
    }

    /// Of the worker that takes the next attempt.
    func pid() async throws -> (pid: Int32, text: Payload) {
        let text = try await value("pid")
        return (try #require(Int32(text.json)), text)
    }

    /// Starts a body that tells the pids of the processes it makes.
    func start(
        _ task: String, pidCount: Int = 1
    ) async throws -> (id: AttemptID, pids: [Int32], report: Inbox<AttemptReport>) {
        let reader = LineReader(in: directory)
        let attempt = attempt(task, reader.argument, pool: .process)
        let reports = Inbox<AttemptReport>()
        pool.start(attempt) { reports.put($0) }
        var pids: [Int32] = []
        for _ in 0..<pidCount { pids.append(try await reader.nextPid()) }
        return (attempt.id, pids, reports)
    }
}
