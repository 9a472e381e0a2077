import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct OwnershipTests {
    @Test func theSecondDaemonSaysWhoOwnsTheJournal() async throws {
        try await withQueue { queue in
            let first = try await queue.daemon()
            let link = queue.directory.appending(path: "link.db").path
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: queue.journal)
            let house = queue.directory.appending(path: "house").path
            try FileManager.default.createSymbolicLink(
                atPath: house, withDestinationPath: queue.directory.path)
            for path in [queue.journal, link, house + "/journal.db", "journal.db", "./link.db"] {
                let second = try await queue.start("queued", ["--journal", path]).answer()
                #expect(second.code == 69, "\(path): \(second)")
                #expect(
                    second.stderr.contains("owned by queued (pid \(first.pid))"),
                    "\(path): \(second)")
            }
            // Nothing of that troubled the first one; and all of its names lead to it.
            let submit = try await queue.queuectl("submit", "--journal", link, "--", "true")
            #expect(submit.code == 0 && submit.stderr.isEmpty, "\(submit)")
            #expect(
                try await queue.queuectl("wait", "--journal", "link.db", submit.line).code == 0)
        }
    }

    @Test func aSecondNameOfTheFileMakesNoSecondOwner() async throws {
        try await withQueue { queue in
            let first = try await queue.daemon()
            let other = queue.directory.appending(path: "hard.db").path
            #expect(link(queue.journal, other) == 0)
            let second = try await queue.start("queued", ["--journal", other]).answer()
            #expect(second.code == 70 && second.stderr.contains("hard link"), "\(second)")
            let submit = try await queue.queuectl("submit", "--journal", other, "--", "true")
            #expect(submit.code == 70 && submit.stderr.contains("hard link"), "\(submit)")
            // The first one goes on.
            #expect(
                try await queue.queuectl("wait", try await queue.submit("--", "true")).code == 0)
            #expect(!first.hasEnded)
        }
    }

    @Test func programsWithAnExecutorAreOwnersLikeADaemon() async throws {
        try await withQueue { queue in
            let first = try await queue.daemon()
            let program = try await queue.start("example-worker", ["primes"]).answer()
            #expect(program.code == 1, "\(program)")
            #expect(program.stderr.contains("owned by queued (pid \(first.pid))"), "\(program)")
        }
    }

    @Test func aDeadOwnerHoldsNothing() async throws {
        try await withQueue { queue in
            let first = try await queue.daemon()
            first.signal(SIGKILL)
            await first.exitCode()
            let status = try await queue.queuectl("status", "--json")
            #expect(status.code == 0)
            // Or the guardian, which owns the journal while it ends what the daemon left.
            #expect(
                status.stdout.contains("no_owner") || status.stdout.contains("guardian"),
                "\(status)")
            // Its socket is still there, and leads nowhere.
            let id = try await queue.submit("--", "true")
            let second = try await queue.daemon()
            #expect(try await queue.queuectl("wait", id).code == 0)
            let answer = try await queue.queuectl("status")
            #expect(answer.stdout.contains("pid \(second.pid)"), "\(answer)")
        }
    }

    @Test func manyWritersWithoutADaemonTakeTurns() async throws {
        try await withQueue { queue in
            let script = """
                for i in 1 2 3 4 5 6 7 8; do queuectl submit -- true & done 2>/dev/null; wait
                """
            let answer = try await queue.shell(script)
            #expect(Set(answer.lines) == Set((1...8).map { "\($0)" }), "\(answer)")
            #expect(try await queue.counts() == ["pending": 8])
        }
    }

    @Test func aDaemonOutlivesTheReaderOfItsStderr() async throws {
        try await withQueue { queue in
            let script = """
                mkfifo said; queued 2>said & daemon=$!; read -r line <said
                queuectl wait $(queuectl submit -- true) && kill $daemon && wait $daemon
                """
            let answer = try await queue.shell(script)
            #expect(answer.code == 0, "\(answer)")
        }
    }
}
