import Foundation
import TestSupport
import Testing

/// A journal in a directory of its own, with the programs a user has for it.
final class Queue: Sendable {
    let directory: URL
    var journal: String { directory.appending(path: "journal.db").path }

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appending(path: "queue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// What a shell would show after running `queuectl` to its end.
    struct Answer {
        let code: Int32
        let stdout: String
        let stderr: String
        var line: String { stdout.trimmingCharacters(in: .newlines) }
    }

    func start(_ program: String, _ arguments: [String], input: String = "") throws -> Program {
        try Program(
            program, arguments, environment: ["QUEUECTL_JOURNAL": journal], directory: directory,
            input: input)
    }

    func queuectl(_ arguments: String..., input: String = "") async throws -> Answer {
        try await queuectl(arguments, input: input)
    }

    func queuectl(_ arguments: [String], input: String = "") async throws -> Answer {
        let program = try start("queuectl", arguments, input: input)
        let code = await program.exitCode()
        return Answer(code: code, stdout: program.stdout, stderr: program.stderr)
    }

    /// Submits, and gives the id; a refusal is a failure of the test.
    func submit(_ arguments: String...) async throws -> String {
        let answer = try await queuectl(["submit"] + arguments)
        try #require(answer.code == 0, "\(answer.stderr)")
        return answer.line
    }

    /// A daemon that serves.
    func daemon(_ arguments: String..., program: String = "queued") async throws -> Program {
        let daemon = try start(program, arguments)
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
        return daemon
    }

    func state(_ id: String) async throws -> String? {
        let answer = try await queuectl("show", "--json", id)
        let object = try JSONSerialization.jsonObject(with: Data(answer.stdout.utf8))
        return (object as? [String: Any])?["state"] as? String
    }

    func value(_ key: String, of id: String) async throws -> Any? {
        let answer = try await queuectl("show", "--json", id)
        let object = try JSONSerialization.jsonObject(with: Data(answer.stdout.utf8))
        return (object as? [String: Any])?[key]
    }
}

/// Runs `body` with a journal of its own, and leaves nothing behind.
func withQueue(_ body: (Queue) async throws -> Void) async throws {
    let queue = try Queue()
    do {
        try await body(queue)
    } catch {
        try? FileManager.default.removeItem(at: queue.directory)
        throw error
    }
    try FileManager.default.removeItem(at: queue.directory)
}
