import DurableFutures
import Foundation

extension Rows {
    static let sockets = [submitSocket, submitProgram]

    private static func withDaemon<Value>(
        _ setting: Setting, _ body: (RunningDaemon) async throws -> Value
    ) async throws -> Value {
        try await setting.inDirectory { directory in
            let journal = directory.appending(path: "journal.db").path
            let (daemon, _) = try RunningDaemon.start(journal: journal)
            defer { daemon.stop() }
            return try await body(daemon)
        }
    }

    private static let submitSocket = Row(
        name: "submit-socket", work: "Durable submits over a daemon's socket, one caller.",
        sides: [
            .floor("raw SQLite") { try await Floors.submitOne($0, count: 2000) },
            .ours("DaemonExecutor") { setting in
                try await withDaemon(setting) { daemon in
                    let executor = try await DaemonExecutor(journal: daemon.journal)
                    var latencies: [Duration] = []
                    for number in 0..<2000 {
                        latencies.append(
                            try await measure { _ = try await executor.submit(Work.noop, number) })
                    }
                    let pending = try await executor.core.service.stats().total.pending
                    try check(pending == 2000, "\(pending) of 2000 futures are pending")
                    return Sample(latencies: latencies)
                }
            },
        ],
        goals: [Goal(side: "DaemonExecutor", metric: .p50, bound: .atMost(500))])

    private static let submitProgram = Row(
        name: "submit-program", work: "A submit over the socket by a program of its own.",
        sides: [
            .ours("queuectl submit") { setting in
                try await withDaemon(setting) { daemon in
                    let program = Setting.programs.appending(path: "queuectl").path
                    return try Floors.programRuns(
                        [program, "submit", "--", "/bin/true"],
                        environment: ["QUEUECTL_JOURNAL": daemon.journal], count: 200)
                }
            },
            curl,
        ],
        goals: [.ratio("queuectl submit", .p50, .atMost(1), to: "curl --unix-socket")])

    private static var curl: Side {
        let path = Shell.find("curl")
        return Side(
            name: "curl --unix-socket", role: .peer, absence: path == nil ? "not installed" : nil
        ) { setting in
            try await withDaemon(setting) { daemon in
                try Floors.programRuns(
                    [
                        path!, "-sf", "--unix-socket", daemon.journal + ".sock",
                        "http://x/v1/futures", "--json", #"{"command": ["/bin/true"]}"#,
                    ], count: 200)
            }
        }
    }
}
