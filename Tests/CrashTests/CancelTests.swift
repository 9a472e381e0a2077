import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct CancelTests {
    @Test func aRunningCommandAndAllItStarted() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let started = try queue.fifo("started")
            // One child in the group, one that has left it and its parent.
            let id = try await queue.submit(
                "--", "sh", "-c",
                "sleep 600 & (setsid sleep 600 &); sleep 600 & echo up >\(started.path); wait")
            #expect(try await started.line() == "up")
            #expect(try queue.processes(of: id).count >= 4)
            let cancel = try await queue.queuectl("cancel", id)
            #expect(cancel.code == 0, "\(cancel)")
            #expect(cancel.line == "\(id) terminated")
            #expect(try queue.processes(of: id) == [])
            let wait = try await queue.queuectl("wait", id)
            #expect(wait.code == 125)
            #expect(wait.stdout == "\(id) cancelled: cancelled while it ran\n")
            #expect(try await queue.queuectl("result", id).code == 125)
        }
    }

    @Test func aPendingCommandNeverRuns() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon("--commands", "1")
            let (started, gate) = (try queue.fifo("started"), try queue.fifo("gate"))
            let first = try await queue.submit(
                "--", "sh", "-c", "echo up >\(started.path); read line <\(gate.path)")
            #expect(try await started.line() == "up")
            let marker = queue.directory.appending(path: "ran").path
            let second = try await queue.submit("--", "touch", marker)
            let cancel = try await queue.queuectl("cancel", second)
            #expect(cancel.line == "\(second) cancelled before it ran", "\(cancel)")
            try gate.send()
            #expect(try await queue.queuectl("wait", first).code == 0)
            let wait = try await queue.queuectl("wait", second)
            #expect(wait.code == 125)
            #expect(wait.stdout == "\(second) cancelled: cancelled by request\n")
            // Whatever would have run, has: the next one has been through the only slot.
            let third = try await queue.submit("--", "true")
            #expect(try await queue.queuectl("wait", third).code == 0)
            #expect(!FileManager.default.fileExists(atPath: marker))
            #expect(try await queue.show(second)["attempt"] as? Int == 0)
        }
    }

    /// SIGTERM first; whoever ignores it gets SIGKILL when the grace time is over.
    @Test func aCommandThatIgnoresSIGTERM() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let started = try queue.fifo("started")
            let id = try await queue.submit(
                "--", "sh", "-c",
                "trap 'echo asked' TERM; echo up >\(started.path); while :; do sleep 600; done")
            #expect(try await started.line() == "up")
            let cancel = try await queue.queuectl("cancel", "--grace", "200ms", id)
            #expect(cancel.line == "\(id) terminated", "\(cancel)")
            #expect(try queue.processes(of: id) == [])
            let history = try await queue.queuectl("history", id)
            #expect(history.stdout.contains("cancel_requested"), "\(history)")
            #expect(history.stdout.contains("kill_sent"), "\(history)")
        }
    }

    @Test func onlyWhatIsPending() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon("--commands", "1")
            let started = try queue.fifo("started")
            let running = try await queue.submit(
                "--", "sh", "-c", "echo up >\(started.path); exec sleep 600")
            #expect(try await started.line() == "up")
            let pending = try await queue.submit("--", "true")
            let cancel = try await queue.queuectl("cancel", "--pending-only", running, pending)
            #expect(cancel.code == 1)
            #expect(try await queue.state(running) == "running")
            #expect(try await queue.state(pending) == "cancelled")
            let json = try await queue.queuectl("cancel", "--json", running, pending)
            let answers = try #require(
                try JSONSerialization.jsonObject(with: json.bytes) as? [[String: Any]])
            #expect(answers.map { $0["kind"] as? String } == ["terminated", "too_late"])
        }
    }

    @Test func whatEndedCannotBeCancelled() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let id = try await queue.submit("--", "true")
            #expect(try await queue.queuectl("wait", id).code == 0)
            let cancel = try await queue.queuectl("cancel", id)
            #expect(cancel.code == 1)
            #expect(cancel.line == "\(id) had already succeeded")
            #expect(try await queue.queuectl("wait", id).code == 0)
        }
    }
}
