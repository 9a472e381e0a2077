import Foundation

/// A process that this tool has started; reaped by it alone.
struct ChildProgram: Sendable {
    let pid: pid_t

    /// Starts `arguments[0]` with its output appended to the file `log`.
    init(_ arguments: [String], environment: [String: String] = [:], log: String) throws {
        var all = ProcessInfo.processInfo.environment
        all.merge(environment) { $1 }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, arguments[0], &actions, nil, argv, envp)
        guard error == 0 else {
            throw Failure("\(arguments[0]) cannot be started: \(String(cString: strerror(error)))")
        }
        self.pid = pid
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Its exit code as a shell reports it; `nil` if it still runs after `limit`.
    func end(within limit: Duration) async -> Int32? {
        let deadline = ContinuousClock.now + limit
        while true {
            var raw: Int32 = 0
            if waitpid(pid, &raw, WNOHANG) == pid {
                return raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            }
            if ContinuousClock.now > deadline { return nil }
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    /// The processes that it has started itself.
    var children: [pid_t] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task"))
        return (threads ?? []).flatMap { thread -> [pid_t] in
            let path = "/proc/\(pid)/task/\(thread)/children"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { pid_t($0) }
        }
    }
}

/// Why the tool cannot go on, for the one who runs it.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Runs a program of the system to its end.
func run(_ arguments: String..., log: String) async throws {
    let program = try ChildProgram(arguments, log: log)
    guard let code = await program.end(within: .seconds(60)), code == 0 else {
        throw Failure("'\(arguments.joined(separator: " "))' failed; see \(log)")
    }
}
