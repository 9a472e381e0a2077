import Foundation

extension Rows {
    static let daemons = [idle]

    private static let idle = Row(
        name: "idle", work: "A daemon with nothing to do, watched for 20 seconds.",
        sides: [
            .ours("queued") { setting in
                try await setting.inDirectory { directory in
                    let (daemon, startUp) = try RunningDaemon.start(
                        journal: directory.appending(path: "journal.db").path)
                    defer { daemon.stop() }
                    try await Task.sleep(for: .seconds(2))
                    let before = try daemon.wakeUpCount
                    try await Task.sleep(for: .seconds(20))
                    return [
                        .wakeUps: Double(try daemon.wakeUpCount - before) * 3,
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
