import DurableFutures
import Foundation
import FutureModel

extension Rows {
    static let commands = [
        Row(
            name: "commands", work: "Commands that do nothing (`/bin/true`), each awaited.",
            sides: [
                .floor("posix_spawn and waitpid, one loop") { _ in
                    try Floors.spawns("/bin/true", count: 1000)
                },
                .ours("submit(command:)") { try await runCommands($0, count: 1000) },
                taskSpooler,
            ],
            goals: [
                .ratio(
                    "submit(command:)", .perSecond, .atLeast(0.6),
                    to: "posix_spawn and waitpid, one loop"),
                .ratio("submit(command:)", .perSecond, .atLeast(2), to: spoolerName),
            ])
    ]

    /// Its only way in is a program of its own, as `queuectl` would be.
    private static let spoolerName = "task-spooler, a program run for each"

    private static func runCommands(_ setting: Setting, count: Int) async throws -> Sample {
        try await Work.withExecutor(setting, .processes(4)) { executor in
            let elapsed = try await measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<count / 8 {
                                let command = Command(["/bin/true"])
                                let result = try await executor.submit(command: command).result()
                                try check(result.stdout.isEmpty, "true has written something")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            return Sample(count / 8 * 8, in: elapsed)
        }
    }

    private static var taskSpooler: Side {
        let path = Shell.find("tsp")
        return Side(
            name: spoolerName, role: .peer, absence: path == nil ? "not installed" : nil
        ) { setting in
            try await setting.inDirectory { directory in
                let socket = directory.appending(path: "tsp").path
                let script = """
                    export TS_SOCKET="$1" TMPDIR="$2"
                    "$0" -S 4 >/dev/null 2>&1
                    i=0
                    while [ $i -lt 500 ]; do "$0" -n true >/dev/null; i=$((i + 1)); done
                    "$0" -w
                    while "$0" | grep -qE 'queued|running'; do :; done
                    "$0" | grep -c finished
                    "$0" -K
                    """
                var said = Data()
                let elapsed = try await measure {
                    said = try Shell.output(["sh", "-c", script, path!, socket, directory.path])
                }
                let count = Int(String(decoding: said, as: UTF8.self).dropLast()) ?? 0
                try check(count == 500, "task-spooler has run \(count) of 500")
                return Sample(500, in: elapsed)
            }
        }
    }
}
