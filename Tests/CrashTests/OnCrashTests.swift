import Foundation
import TestSupport
import Testing

/// What becomes of an attempt whose owner is killed with -9, by the policy of its future.
@Suite(.timeLimit(.minutes(10))) struct OnCrashTests {
    /// Submits a command that counts its runs, kills its owner while it runs, and starts another.
    private func crash(
        _ queue: Queue, _ options: String...
    ) async throws -> (id: String, runs: String, started: Fifo) {
        let daemon = try await queue.daemon("--commands", "2")
        let started = try queue.fifo("started")
        let runs = queue.directory.appending(path: "runs").path
        let script = "echo run >>\(runs); echo up >\(started.path); sleep 600"
        let submit = try await queue.queuectl(["submit"] + options + ["--", "sh", "-c", script])
        try #require(submit.code == 0, "\(submit)")
        #expect(try await started.line() == "up")
        daemon.signal(SIGKILL)
        await daemon.exitCode()
        _ = try await queue.daemon("--commands", "2")
        return (submit.line, runs, started)
    }

    @Test func failRunsItAtMostOnce() async throws {
        try await withQueue { queue in
            let (id, runs, _) = try await crash(queue, "--on-crash", "fail")
            let wait = try await queue.queuectl("wait", id)
            #expect(wait.code == 1, "\(wait)")
            #expect(wait.stdout.contains("WorkerDied"), "\(wait)")
            #expect(try String(contentsOfFile: runs, encoding: .utf8) == "run\n")
            #expect(try queue.processes(of: id) == [])
            let exception = try await queue.show(id)["exception"] as? [String: Any]
            #expect(exception?["type"] as? String == "WorkerDied")
            #expect(try await queue.queuectl("result", id).code == 1)
        }
    }

    @Test func cancelRunsItAtMostOnce() async throws {
        try await withQueue { queue in
            let (id, runs, _) = try await crash(queue, "--on-crash", "cancel")
            #expect(try await queue.queuectl("wait", id).code == 125)
            #expect(try String(contentsOfFile: runs, encoding: .utf8) == "run\n")
            #expect(try queue.processes(of: id) == [])
        }
    }

    /// The owner's death is nothing that a command could have caused: it is not charged for it.
    @Test func retryIsNotChargedForItsOwnersDeath() async throws {
        try await withQueue { queue in
            let (id, runs, started) = try await crash(queue, "--max-crashes", "0")
            #expect(try await started.line() == "up")
            let again = try await queue.queuectl("cancel", id)
            #expect(again.code == 0, "\(again)")
            #expect(try await queue.show(id)["attempt"] as? Int == 2)
            let history = try await queue.queuectl("history", id)
            #expect(history.stdout.contains("owner died"), "\(history)")
            #expect(try String(contentsOfFile: runs, encoding: .utf8) == "run\nrun\n")
        }
    }
}
