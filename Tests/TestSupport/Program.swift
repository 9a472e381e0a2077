package import Foundation
import Synchronization

/// A program of this package, run as a process of its own as a user would run it.
package final class Program: Sendable {
    package let pid: pid_t
    private let directory: URL
    private let status = Mutex<Int32?>(nil)
    private let waiters = Mutex<[CheckedContinuation<Int32, Never>]>([])

    /// Starts `name` from the build directory, with files for its stdin, stdout and stderr.
    package init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        directory workingDirectory: URL, input: String = ""
    ) throws {
        directory = workingDirectory.appending(path: ".program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(input.utf8).write(to: directory.appending(path: "stdin"))
        for stream in ["stdout", "stderr"] {
            try Data().write(to: directory.appending(path: stream))
        }
        var all = ProcessInfo.processInfo.environment
        all.merge(environment) { $1 }
        let path = Self.buildDirectory.appending(path: name).path
        pid = try spawn(
            path, [name] + arguments, environment: all.map { "\($0)=\($1)" },
            streams: ["stdin", "stdout", "stderr"].map { directory.appending(path: $0).path },
            workingDirectory: workingDirectory.path)
        let reaper = Thread { [self] in reap() }
        reaper.start()
    }

    /// Where the programs of this package were built: beside the tests.
    package static var buildDirectory: URL {
        var directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        #if os(Linux)
        directory.deleteLastPathComponent()
        if FileManager.default.fileExists(atPath: directory.appending(path: "queuectl").path) {
            return directory
        }
        #endif
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            return bundle.bundleURL.deletingLastPathComponent()
        }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    private func reap() {
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) == -1 && errno == EINTR {}
        let ended = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        let waiting = waiters.withLock { waiters in
            status.withLock { $0 = ended }
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiting { waiter.resume(returning: ended) }
    }

    /// Its exit code as a shell reports it, once it has ended.
    package func exitCode() async -> Int32 {
        await withCheckedContinuation { continuation in
            let ended = waiters.withLock { waiters -> Int32? in
                let ended = status.withLock { $0 }
                if ended == nil { waiters.append(continuation) }
                return ended
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    package func signal(_ number: Int32) { kill(pid, number) }

    package var stdout: String { read("stdout") }
    package var stderr: String { read("stderr") }

    private func read(_ stream: String) -> String {
        let data = try? Data(contentsOf: directory.appending(path: stream))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Returns once its stderr has a line that is `text`, or it has ended without one: false.
    package func hasSaid(_ text: String) async -> Bool {
        while true {
            let isOver = status.withLock { $0 } != nil
            if stderr.split(separator: "\n").contains(Substring(text)) { return true }
            if isOver { return false }
            // A file has no wake-up that every system knows; this waits for no set time.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}

private func spawn(
    _ path: String, _ arguments: [String], environment: [String], streams: [String],
    workingDirectory: String
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, stream) in streams.enumerated() {
        let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_APPEND
        posix_spawn_file_actions_addopen(&actions, Int32(descriptor), stream, flags, 0o600)
    }
    posix_spawn_file_actions_addchdir_np(&actions, workingDirectory)
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
    let error = posix_spawn(&pid, path, &actions, &attributes, argv, envp)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
    return pid
}
