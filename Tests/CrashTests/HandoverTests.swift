import Foundation
import TestSupport
import Testing

/// What somebody waits for when the owner dies in the middle of it.
@Suite(.timeLimit(.minutes(10))) struct HandoverTests {
    /// A daemon with a command that has ended and one that waits for a line of `gate`, and
    /// `verb` waiting for both; it has told of the first.
    private func held(
        _ queue: Queue, _ verb: [String]
    ) async throws -> (daemon: Program, id: String, waiting: Program, gate: Fifo) {
        let daemon = try await queue.daemon()
        let (started, gate) = (try queue.fifo("started"), try queue.fifo("gate"))
        let done = try await queue.submit("--", "true")
        let id = try await queue.submit(
            "--", "sh", "-c", "echo up >\(started.path); read line <\(gate.path); echo late")
        #expect(try await started.line() == "up")
        let waiting = try queue.start("queuectl", verb + [done, id])
        #expect(await waiting.hasPrinted("\(done) succeeded"))
        return (daemon, id, waiting, gate)
    }

    @Test func aHeldWaitGoesOnWithTheNextOwner() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, gate) = try await held(queue, ["wait"])
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            #expect(!waiting.hasEnded)
            _ = try await queue.daemon()
            try gate.send()
            #expect(await waiting.hasPrinted("\(id) succeeded"))
            let answer = await waiting.answer()
            #expect(answer.code == 0 && answer.stderr.isEmpty, "\(answer)")
        }
    }

    @Test func aHeldWaitGoesOnAfterAShutdown() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, gate) = try await held(queue, ["wait"])
            let shutdown = try await queue.queuectl("shutdown", "--running", "requeue")
            #expect(shutdown.code == 0, "\(shutdown)")
            #expect(await daemon.exitCode() == 0)
            _ = try await queue.daemon()
            try gate.send()
            #expect(await waiting.hasPrinted("\(id) succeeded"))
            #expect(await waiting.exitCode() == 0)
        }
    }

    @Test func itKeepsItsOwnTimeOut() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, _) = try await held(queue, ["wait", "--timeout", "4s"])
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            let answer = await waiting.answer()
            #expect(answer.code == 124, "\(answer)")
            #expect(answer.stderr.contains("future \(id) is still running"), "\(answer)")
        }
    }

    @Test func aResultComesFromTheNextOwner() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, gate) = try await held(queue, ["wait"])
            let result = try queue.start("queuectl", ["result", id])
            let late = try queue.start("queuectl", ["result", "--timeout", "1h", id])
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            _ = try await queue.daemon()
            try gate.send()
            for program in [result, late] {
                let answer = await program.answer()
                #expect(answer.code == 0 && answer.stdout == "late\n", "\(answer)")
            }
            #expect(await waiting.exitCode() == 0)
        }
    }

    /// The last thing an owner does before it goes is to end what somebody waits for.
    @Test func aResultOfAnOwnerThatIsGoneByThen() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, gate) = try await held(queue, ["wait"])
            let result = try queue.start("queuectl", ["result", id])
            let run = try queue.start("queuectl", ["log", "-f", id])
            #expect(try await queue.queuectl("shutdown", "--no-wait").code == 0)
            try gate.send()
            #expect(await daemon.exitCode() == 0)
            for program in [result, run] {
                let answer = await program.answer()
                #expect(answer.code == 0 && answer.stdout == "late\n", "\(answer)")
            }
            #expect(await waiting.exitCode() == 0)
        }
    }

    /// With no owner any more, who waits still learns of what the journal says.
    @Test func aCancelWithoutAnOwnerIsSeen() async throws {
        try await withQueue { queue in
            let (daemon, id, waiting, _) = try await held(queue, ["wait"])
            let shutdown = try await queue.queuectl("shutdown", "--running", "requeue")
            #expect(shutdown.code == 0, "\(shutdown)")
            await daemon.exitCode()
            let cancel = try await queue.queuectl("cancel", id)
            #expect(cancel.code == 0, "\(cancel)")
            #expect(await waiting.hasPrinted("\(id) cancelled: cancelled by request"))
            #expect(await waiting.exitCode() == 1)
        }
    }

    @Test func aSubmitMeetsADaemonThatDies() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon()
            daemon.signal(SIGSTOP)
            let submit = try queue.start("queuectl", ["submit", "--", "echo", "kept"])
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            let answer = await submit.answer()
            // Either it is acknowledged and kept, or it is said not to be.
            #expect([0, 69].contains(answer.code), "\(answer)")
            _ = try await queue.daemon()
            if answer.code == 0 {
                #expect(try await queue.queuectl("result", answer.line).stdout == "kept\n")
            } else {
                #expect(answer.stdout.isEmpty && !answer.stderr.isEmpty)
            }
        }
    }
}
