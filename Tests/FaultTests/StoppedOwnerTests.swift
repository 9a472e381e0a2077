import Foundation
import TestSupport
import Testing

/// An owner that does not run for a while has lost nothing by it: no clock decides on death.
@Suite(.timeLimit(.minutes(10)))
struct StoppedOwnerTests {
    @Test func whatEndedMeanwhileHasEndedOnce() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "stopped-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let journal = ["QUEUECTL_JOURNAL": directory.appending(path: "journal.db").path]
        func queuectl(_ arguments: String...) async throws -> Program.Answer {
            try await Program(
                "queuectl", arguments, environment: journal, directory: directory
            ).answer()
        }
        let told = directory.appending(path: "told").path
        let ended = directory.appending(path: "ended").path
        for path in [told, ended] { mkfifo(path, 0o600) }
        let daemon = try Program(
            "queued", ["--commands", "2"], environment: journal, directory: directory)
        defer { daemon.signal(SIGKILL) }
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")

        // One that ends while the owner stands still, within its time limit.
        let script = "echo >told; read go <ended; echo $QUEUECTL_ATTEMPT >>attempts"
        let id = try await queuectl("submit", "--timeout", "1h", "--", "sh", "-c", script).line
        await waitForWriter(of: told)
        daemon.signal(SIGSTOP)
        let gate = try #require(FileHandle(forWritingAtPath: ended))
        try gate.write(contentsOf: Data("\n".utf8))
        try gate.close()
        let attempts = directory.appending(path: "attempts")
        while (try? Data(contentsOf: attempts))?.isEmpty ?? true { await Task.yield() }
        // Nobody may take the journal for abandoned meanwhile.
        let second = try Program("queued", [], environment: journal, directory: directory)
        #expect(await second.exitCode() != 0)
        daemon.signal(SIGCONT)

        #expect(try await queuectl("wait", id).code == 0)
        #expect(try String(contentsOf: attempts, encoding: .utf8) == "1\n")
        #expect(try await !queuectl("history", id).stdout.contains("recovered"))
        #expect(try await queuectl("verify").code == 0)
    }
}
