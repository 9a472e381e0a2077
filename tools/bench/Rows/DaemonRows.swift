import Foundation

extension Rows {
    static let daemons = [idle, backlog, programs]

    private static let backlog = Row(
        name: "daemon-backlog", work: "A daemon with 1,000,000 pending commands of a paused queue.",
        sides: [
            .ours("queued") { setting in
                let content = SeededJournal.Content(pending: 1_000_000, isPaused: true)
                return try await SeededJournal.with(content, setting) { path in
                    let (daemon, startUp) = try RunningDaemon.start(journal: path)
                    defer { daemon.stop() }
                    return [
                        .megabytes: try daemon.memory, .milliseconds: startUp.seconds * 1000,
                    ]
                }
            }
        ],
        goals: [Goal(side: "queued", metric: .milliseconds, bound: .atMost(1000))],
        repetitionLimit: 1)

    private static let programs = Row(
        name: "programs", work: "The programs: size, and the time of `--version`, start to end.",
        sides: ["queuectl", "queued"].map { name in
            .ours(name) { _ in
                let program = Setting.programs.appending(path: name).path
                var sample = try Floors.programRuns([program, "--version"], count: 100)
                sample[.perSecond] = nil
                let size = try FileManager.default.attributesOfItem(atPath: program)[.size]
                sample[.megabytes] = (size as? Double ?? 0) / 1_000_000
                return sample
            }
        }, goals: [])

    private static let idle = Row(
        name: "idle", work: "A daemon with nothing to do, watched for 20 seconds.",
        sides: [
            .ours("queued") { setting in
                try await setting.inDirectory { directory in
                    let (daemon, startUp) = try RunningDaemon.start(
                        journal: directory.appending(path: "journal.db").path)
                    defer { daemon.stop() }
                    // Threads of its start end by themselves within that time.
                    try await Task.sleep(for: .seconds(10))
                    let before = try daemon.wakeUpCounts
                    try await Task.sleep(for: .seconds(20))
                    // Threads may end meanwhile, and others begin.
                    let wakeUps = try daemon.wakeUpCounts.reduce(0) {
                        $0 + $1.value - before[$1.key, default: 0]
                    }
                    return [
                        .wakeUps: Double(wakeUps) * 3,
                        .megabytes: try daemon.memory,
                        .milliseconds: startUp.seconds * 1000,
                    ]
                }
            }
        ],
        goals: [
            Goal(side: "queued", metric: .megabytes, bound: .atMost(30)),
            Goal(side: "queued", metric: .wakeUps, bound: .atMost(2)),
        ], repetitionLimit: 2)
}
