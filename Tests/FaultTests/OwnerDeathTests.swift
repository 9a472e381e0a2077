import Foundation
import TestSupport
import Testing

/// kill -9 of the owner, with nobody to come after it.
@Suite(.timeLimit(.minutes(10)))
struct OwnerDeathTests {
    /// A command, a child of it, one that has left its group, and one behind a double fork.
    private static let family = """
        sleep 1000 & echo $! >>pids
        setsid sh -c 'echo $$ >>pids; exec sleep 1000' &
        (setsid sh -c 'echo $$ >>pids; sleep 1000 & echo $! >>pids; wait' &)
        echo $$ >>pids
        while [ "$(wc -l <pids)" -lt 5 ]; do sleep 0.01; done
        echo all >told
        wait
        """

    @Test func nothingItStartedRunsOn() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "owner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let told = directory.appending(path: "told").path
        mkfifo(told, 0o600)
        let journal = ["QUEUECTL_JOURNAL": directory.appending(path: "journal.db").path]
        let daemon = try Program("queued", [], environment: journal, directory: directory)
        defer { daemon.signal(SIGKILL) }
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
        let submit = try Program(
            "queuectl", ["submit", "--", "sh", "-c", Self.family], environment: journal,
            directory: directory)
        try #require(await submit.exitCode() == 0, "\(submit.stderr)")
        // Returns once the family is complete.
        await waitForWriter(of: told)
        let pids = try String(contentsOf: directory.appending(path: "pids"), encoding: .utf8)
            .split(separator: "\n").compactMap { pid_t($0) }
        #expect(pids.count == 5 && pids.allSatisfy(isRunning))

        daemon.signal(SIGKILL)
        _ = await daemon.exitCode()
        while pids.contains(where: isRunning) { await Task.yield() }
    }
}

private func isRunning(_ pid: pid_t) -> Bool {
    let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    guard let nameEnd = stat.lastIndex(of: ")") else { return false }
    let state = stat[stat.index(nameEnd, offsetBy: 2)...].first
    return state != "Z" && state != "X"
}
