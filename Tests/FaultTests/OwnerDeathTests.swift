import Foundation
import TestSupport
import Testing

/// The owner's sudden end, with nobody to come after it at first.
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

    /// By SIGKILL, or by a crash of its own.
    @Test(arguments: [SIGKILL, SIGSEGV, SIGBUS, SIGABRT])
    func nothingItStartedRunsOn(_ signal: Int32) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "owner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let told = directory.appending(path: "told").path
        mkfifo(told, 0o600)
        let journal = [
            "QUEUECTL_JOURNAL": directory.appending(path: "journal.db").path,
            "SWIFT_BACKTRACE": "",
        ]
        func queuectl(_ arguments: String...) async throws -> Program.Answer {
            try await Program(
                "queuectl", arguments, environment: journal, directory: directory
            ).answer()
        }
        let daemon = try Program("queued", [], environment: journal, directory: directory)
        defer { daemon.signal(SIGKILL) }
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
        let submit = try await queuectl(
            "submit", "--on-crash", "fail", "--", "sh", "-c", Self.family)
        try #require(submit.code == 0, "\(submit)")
        // Returns once the family is complete.
        await waitForWriter(of: told)
        let pids = try String(contentsOf: directory.appending(path: "pids"), encoding: .utf8)
            .split(separator: "\n").compactMap { pid_t($0) }
        #expect(pids.count == 5 && pids.allSatisfy(isRunning))

        daemon.signal(signal)
        #expect(await daemon.exitCode() == 128 + signal)
        // What would write a backtrace first says so.
        #expect(daemon.stderr.split(separator: "\n") == ["ready"])
        while pids.contains(where: isRunning) { await Task.yield() }

        let next = try Program("queued", [], environment: journal, directory: directory)
        defer { next.signal(SIGKILL) }
        try #require(await next.hasSaid("ready"), "\(next.stderr)")
        #expect(try await queuectl("wait", submit.line).code == 1)
        #expect(try await queuectl("history", submit.line).stdout.contains("recovered"))
        #expect(try await queuectl("verify").code == 0)
    }
}
