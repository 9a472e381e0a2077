import Foundation

extension Floors {
    /// A bare loop of posix_spawn and waitpid.
    static func spawns(_ program: String, count: Int) throws -> Sample {
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<count { try run([program]) }
        }
        return Sample(count, in: elapsed)
    }

    /// Each run of a program by itself, from its start to its end.
    static func programRuns(
        _ words: [String], environment: [String: String] = [:], count: Int
    ) throws -> Sample {
        Sample(
            latencies: try (0..<count).map { _ in
                try ContinuousClock().measure { try run(words, environment) }
            })
    }

    /// Runs a program with its output thrown away; it must succeed.
    private static func run(_ words: [String], _ environment: [String: String] = [:]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var argv = words.map { strdup($0) } + [nil]
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var envp = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        try check(
            posix_spawn(&pid, words[0], &actions, nil, &argv, &envp) == 0,
            "'\(words[0])' cannot be started")
        var status: Int32 = 0
        try check(
            waitpid(pid, &status, 0) == pid && status == 0, "'\(words[0])' ended with \(status)")
    }
}
