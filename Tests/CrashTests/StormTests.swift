import Foundation
import TestSupport
import Testing

/// The promise of `--on-crash retry`: whatever is killed, whenever, each command runs to its end.
@Suite(.timeLimit(.minutes(15))) struct StormTests {
    private static let kills = 5
    private static let batch = 160
    private static let singles = 39

    /// Per round one command that waits to be killed, a batch, and single submits, while the
    /// daemon of that round is killed.
    @Test func aThousandCommandsThroughFiveKills() async throws {
        try await withQueue { queue in
            let runs = queue.directory.appending(path: "runs").path
            let started = try queue.fifo("started")
            var ids: [String] = []
            for round in 0..<Self.kills {
                let daemon = try await queue.daemon("--commands", "8")
                let stay = "; [ $QUEUECTL_ATTEMPT != 1 ] || { echo >\(started.path); sleep 600; }"
                ids.append(
                    try await queue.submit(
                        "--priority", "1", "--", "/bin/sh", "-c", Self.script(runs) + stay))
                _ = try await started.line()
                ids += try await submitRound(round, to: queue, runs: runs, killing: daemon)
            }
            #expect(ids.count == 1000 && Set(ids).count == 1000)
            _ = try await queue.daemon("--commands", "8")
            let wait = try await queue.queuectl(["wait", "--timeout", "5m"] + ids)
            #expect(wait.code == 0, "\(wait.stderr)")
            #expect(Set(wait.lines) == Set(ids.map { "\($0) succeeded" }))
            #expect(wait.lines.count == 1000)
            #expect(try await queue.counts() == ["succeeded": 1000])

            // Each ran at least once, and the run that counts is one of those.
            let names = try String(contentsOfFile: runs, encoding: .utf8).split(separator: "\n")
            #expect(Set(names.map { String($0) }) == Set(ids))
            let list = try await queue.queuectl("list", "--json", "--limit", "1000")
            let records = try #require(
                try JSONSerialization.jsonObject(with: list.bytes) as? [[String: Any]])
            let attempts = records.compactMap { $0["attempt"] as? Int }
            #expect(attempts.count == 1000)
            #expect(names.count <= attempts.reduce(0, +))
            #expect(attempts.reduce(0, +) >= 1000 + Self.kills)
        }
    }

    private static func script(_ runs: String) -> String {
        #"echo "$QUEUECTL_FUTURE" >>"# + runs
    }

    private func submitRound(
        _ round: Int, to queue: Queue, runs: String, killing daemon: Program
    ) async throws -> [String] {
        let script = Self.script(runs)
        let line = String(
            decoding: try JSONSerialization.data(withJSONObject: ["/bin/sh", "-c", script]),
            as: UTF8.self)
        var ids = try await queue.submit(batch: Array(repeating: line, count: Self.batch))
        // The kill comes between two of the single submits, or into one of them.
        for number in 0..<Self.singles {
            if number == 1 + 3 * round { daemon.signal(SIGKILL) }
            let submit = ["submit", "--key", "\(round)-\(number)", "--", "/bin/sh", "-c", script]
            var answer = try await queue.queuectl(submit)
            // Nobody knows whether it took effect; with a key a repeat is safe.
            if answer.code == 69 { answer = try await queue.queuectl(submit) }
            try #require(answer.code == 0, "\(answer)")
            ids.append(answer.line)
        }
        await daemon.exitCode()
        return ids
    }

    /// Without any timer: what ran when its owner died runs again as soon as the next one is there.
    @Test func recoveryIsAtOnce() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon("--commands", "2")
            let started = try queue.fifo("started")
            let id = try await queue.submit(
                "--grace", "1h", "--", "sh", "-c",
                "echo $QUEUECTL_ATTEMPT >\(started.path); [ $QUEUECTL_ATTEMPT = 2 ] || sleep 3600")
            #expect(try await started.line() == "1")
            let first = try queue.processes(of: id)
            #expect(!first.isEmpty)
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            _ = try await queue.daemon("--commands", "2")
            // Who is ready has recovered: nothing of the first attempt is left by then.
            #expect(Set(try queue.processes(of: id)).isDisjoint(with: first))
            #expect(try await started.line() == "2")
            #expect(try await queue.queuectl("wait", id).code == 0)
            #expect(try await queue.show(id)["attempt"] as? Int == 2)
        }
    }

    @Test func whatWaitedStaysInOrder() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon("--commands", "1")
            let started = try queue.fifo("started")
            _ = try await queue.submit(
                "--", "sh", "-c", "echo up >\(started.path); [ $QUEUECTL_ATTEMPT = 2 ] || sleep 600"
            )
            #expect(try await started.line() == "up")
            let order = queue.directory.appending(path: "order").path
            let ids = try await queue.submit(
                batch: (0..<5).map { #"["sh", "-c", "echo \#($0) >>\#(order)"]"# })
            daemon.signal(SIGKILL)
            await daemon.exitCode()
            _ = try await queue.daemon("--commands", "1")
            #expect(try await queue.queuectl(["wait"] + ids).code == 0)
            #expect(try String(contentsOfFile: order, encoding: .utf8) == "0\n1\n2\n3\n4\n")
        }
    }
}
