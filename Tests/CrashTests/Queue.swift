import Foundation
import Synchronization
import TestSupport
import Testing

/// A journal in a directory of its own, with the programs a user has for it.
final class Queue: Sendable {
    let directory: URL
    var journal: String { directory.appending(path: "journal.db").path }
    private let programs = Mutex<[Program]>([])
    private let fifos = Mutex<[Fifo]>([])

    /// The directory's name is short, since a socket may come to stand in it.
    init() throws {
        var template = Array("/tmp/ct-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        directory = URL(fileURLWithPath: path, isDirectory: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    // MARK: Programs

    /// Starts a program with the queue's journal as its default one.
    func start(
        _ program: String, _ arguments: [String], input: String = "",
        environment: [String: String] = [:]
    ) throws -> Program {
        let program = try Program(
            program, arguments,
            environment: ["QUEUECTL_JOURNAL": journal].merging(environment) { $1 },
            directory: directory, input: input)
        programs.withLock { $0.append(program) }
        return program
    }

    func queuectl(_ arguments: String..., input: String = "") async throws -> Program.Answer {
        try await queuectl(arguments, input: input)
    }

    func queuectl(_ arguments: [String], input: String = "") async throws -> Program.Answer {
        try await start("queuectl", arguments, input: input).answer()
    }

    /// Runs a script as a user would type it, with the programs on its `PATH`.
    func shell(
        _ script: String, environment: [String: String] = [:]
    ) async throws -> Program.Answer {
        try await start("/bin/sh", ["-c", script], environment: environment).answer()
    }

    /// A daemon that serves.
    func daemon(_ arguments: String..., program: String = "queued") async throws -> Program {
        let words = program.split(separator: " ").map { String($0) }
        let daemon = try start(words[0], words.dropFirst() + arguments)
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
        return daemon
    }

    // MARK: Futures

    /// Submits, and gives the id; a refusal is a failure of the test.
    func submit(_ arguments: String...) async throws -> String { try await submit(arguments) }

    func submit(_ arguments: [String]) async throws -> String {
        let answer = try await queuectl(["submit"] + arguments)
        try #require(answer.code == 0, "\(answer)")
        return answer.line
    }

    /// Submits a batch, one JSON value a line, and gives the ids.
    func submit(batch: [String], _ options: String...) async throws -> [String] {
        let answer = try await queuectl(
            ["submit", "--from", "-"] + options, input: batch.joined(separator: "\n"))
        try #require(answer.code == 0, "\(answer)")
        return answer.lines
    }

    /// What `show --json` says.
    func show(_ id: String) async throws -> [String: Any] {
        let answer = try await queuectl("show", "--json", id)
        let object = try JSONSerialization.jsonObject(with: answer.bytes)
        return try #require(object as? [String: Any], "\(answer)")
    }

    func state(_ id: String) async throws -> String? { try await show(id)["state"] as? String }

    /// How many futures are in each state.
    func counts() async throws -> [String: Int] {
        let answer = try await queuectl("stats", "--json")
        let object = try JSONSerialization.jsonObject(with: answer.bytes)
        let stats = try #require(object as? [String: Any], "\(answer)")
        let total = try #require(stats["total"] as? [String: Int])
        return total.filter { $0.value > 0 }
    }

    /// A named pipe that lives as long as the queue does.
    func fifo(_ name: String) throws -> Fifo {
        let fifo = try Fifo(name, in: directory)
        fifos.withLock { $0.append(fifo) }
        return fifo
    }

    func isEmpty() async throws -> Bool {
        let list = try await queuectl("list", "--json")
        return try JSONSerialization.jsonObject(with: list.bytes) as? [String] == []
    }

    // MARK: Processes

    /// The processes of a future's attempts that exist, or of all futures.
    func processes(of id: String? = nil) throws -> [pid_t] {
        let marks = ["QUEUECTL_JOURNAL=\(journal)", "QUEUECTL_FUTURE=" + (id ?? "")]
        return try Self.processes { variables in
            variables.contains(marks[0])
                && variables.contains { id == nil ? $0.hasPrefix(marks[1]) : $0 == marks[1] }
        }
    }

    private static func processes(_ isMeant: ([String]) -> Bool) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            // Those of others cannot be read, and those that have ended have none.
            guard let pid = pid_t(name),
                let block = FileManager.default.contents(atPath: "/proc/\(name)/environ")
            else { return nil }
            let variables = block.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return isMeant(variables) ? pid : nil
        }
    }

    /// Ends whatever still runs.
    fileprivate func end() async throws {
        for program in programs.withLock({ $0 }) {
            program.signal(SIGKILL)
            await program.exitCode()
        }
        let mark = "QUEUECTL_JOURNAL=\(journal)"
        while true {
            let left = try Self.processes { $0.contains(mark) }
            if left.isEmpty { return }
            for pid in left { kill(pid, SIGKILL) }
            await Task.yield()
        }
    }
}

/// Runs `body` with a journal of its own, and leaves nothing behind. A few at a time, since each
/// is several processes.
func withQueue(_ body: (Queue) async throws -> Void) async throws {
    await Turns.shared.take()
    defer { Turns.shared.giveBack() }
    let queue = try Queue()
    do {
        try await body(queue)
    } catch {
        try await queue.end()
        throw error
    }
    try await queue.end()
}

/// Lets so many go on at once.
private final class Turns: Sendable {
    static let shared = Turns(count: 4)

    private let state: Mutex<(free: Int, waiters: [CheckedContinuation<Void, Never>])>

    private init(count: Int) { state = Mutex((count, [])) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
