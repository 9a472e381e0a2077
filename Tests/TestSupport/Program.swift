package import Foundation
import Synchronization

/// A program of this package, run as a process of its own as a user would run it.
package final class Program: Sendable {
    package let pid: pid_t
    private let stdoutPath: String
    private let state = Mutex(State())

    private struct State {
        var exitCode: Int32?
        var exitWaiters: [CheckedContinuation<Int32, Never>] = []
        var stderr = Data()
        var isStderrOver = false
        var lineWaiters: [(line: Substring, continuation: CheckedContinuation<Bool, Never>)] = []

        var lines: [Substring] { String(decoding: stderr, as: UTF8.self).split(separator: "\n") }
    }

    /// Starts `name` from the build directory in `directory`, with `input` as its stdin.
    package init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        directory: URL, input: String = ""
    ) throws {
        let files = directory.appending(path: ".program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        let stdin = files.appending(path: "stdin").path
        stdoutPath = files.appending(path: "stdout").path
        try Data(input.utf8).write(to: URL(fileURLWithPath: stdin))
        try Data().write(to: URL(fileURLWithPath: stdoutPath))
        let pipe = Pipe()
        var all = ProcessInfo.processInfo.environment
        all.merge(environment) { $1 }
        // The shell changes the directory, for which posix_spawn has no portable word.
        let program = [Self.buildDirectory.appending(path: name).path] + arguments
        pid = try spawn(
            ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path] + program,
            environment: all.map { "\($0)=\($1)" }, stdin: stdin, stdout: stdoutPath,
            stderr: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        Thread { [self] in reap() }.start()
        Thread { [self] in read(pipe.fileHandleForReading) }.start()
    }

    /// Where the programs of this package were built: beside the tests.
    package static let buildDirectory: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let tests = bundle?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return tests.resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    private func reap() {
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) == -1 && errno == EINTR {}
        let exitCode = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        let waiters = state.withLock { state in
            state.exitCode = exitCode
            defer { state.exitWaiters = [] }
            return state.exitWaiters
        }
        for waiter in waiters { waiter.resume(returning: exitCode) }
    }

    private func read(_ handle: FileHandle) {
        while true {
            let data = handle.availableData
            let (said, silent) = state.withLock { state in
                state.stderr += data
                state.isStderrOver = data.isEmpty
                let lines = state.lines
                let said = state.lineWaiters.filter { lines.contains($0.line) }
                let silent = state.lineWaiters.filter { !lines.contains($0.line) }
                state.lineWaiters = data.isEmpty ? [] : silent
                return (said, data.isEmpty ? silent : [])
            }
            for waiter in said { waiter.continuation.resume(returning: true) }
            for waiter in silent { waiter.continuation.resume(returning: false) }
            if data.isEmpty { return }
        }
    }

    /// Its exit code as a shell reports it, once it has ended.
    package func exitCode() async -> Int32 {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Int32? in
                if state.exitCode == nil { state.exitWaiters.append(continuation) }
                return state.exitCode
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    /// Returns once a line of its stderr is `line`; false if its stderr ends without one.
    package func hasSaid(_ line: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Bool? in
                if state.lines.contains(Substring(line)) { return true }
                if state.isStderrOver { return false }
                state.lineWaiters.append((Substring(line), continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    package func signal(_ number: Int32) { kill(pid, number) }

    package var stdout: String {
        String(decoding: FileManager.default.contents(atPath: stdoutPath) ?? Data(), as: UTF8.self)
    }

    /// What it has written to stderr so far; all of it once ``hasSaid(_:)`` has been false.
    package var stderr: String { state.withLock { String(decoding: $0.stderr, as: UTF8.self) } }
}

private func spawn(
    _ arguments: [String], environment: [String], stdin: String, stdout: String, stderr: Int32
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, stdin, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, stdout, O_WRONLY | O_APPEND, 0)
    posix_spawn_file_actions_adddup2(&actions, stderr, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var pid: pid_t = 0
    let error = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
    return pid
}
