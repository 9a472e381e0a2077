import Foundation
import TestSupport
import Testing

/// Clients that are many, or greedy, or never read what they asked for.
@Suite(.timeLimit(.minutes(10))) struct ManyClientsTests {
    /// Each connection takes a descriptor of this process.
    private func raiseDescriptorLimit() throws {
        var limit = rlimit()
        let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        let isSet = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        try #require(isKnown && isSet)
    }

    @Test func aThousandWaitForOne() async throws {
        try raiseDescriptorLimit()
        try await withQueue { queue in
            let daemon = try await queue.daemon("--commands", "1")
            let (started, gate) = (try queue.fifo("started"), try queue.fifo("gate"))
            let id = try await queue.submit(
                "--", "sh", "-c", "echo up >\(started.path); read line <\(gate.path)")
            #expect(try await started.line() == "up")
            let waiters = try (0..<1000).map { _ in
                let connection = try UnixConnection(queue.journal + ".sock")
                try connection.get("/v1/futures/\(id)/result")
                return connection
            }
            // There is room for others beside them.
            #expect(try await queue.queuectl("status").code == 0)
            try gate.send()
            let answers: [String] = await withCheckedContinuation { continuation in
                Thread {
                    continuation.resume(returning: waiters.map { $0.receive(until: "\"state\"") })
                }.start()
            }
            #expect(answers.count { $0.contains(#""state":"succeeded""#) } == 1000)
            #expect(!daemon.hasEnded)
            #expect(try await queue.queuectl("status").code == 0)
        }
    }

    private func megabytes(_ field: String, of daemon: Program) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(daemon.pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field) })
        let kilobytes = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return try #require(kilobytes) >> 10
    }

    /// Whoever asks for a stream of hundreds of megabytes and reads none of it costs the daemon
    /// little, and holds up nobody.
    @Test func thoseWhoNeverReadCostLittle() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon("--commands", "2")
            let (started, gate) = (try queue.fifo("started"), try queue.fifo("gate"))
            let id = try await queue.submit(
                "--", "sh", "-c",
                "echo up >\(started.path); read line <\(gate.path); head -c 400000000 /dev/zero")
            #expect(try await started.line() == "up")
            let followers = try (0..<5).map { _ in
                let connection = try UnixConnection(queue.journal + ".sock")
                try connection.get("/v1/futures/\(id)/output/follow")
                return connection
            }
            for follower in followers {
                #expect(follower.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
            }
            let before = try megabytes("VmRSS", of: daemon)
            try gate.send()
            #expect(try await queue.queuectl("wait", id).code == 0)
            let peak = try megabytes("VmHWM", of: daemon)
            #expect(peak < before + 150, "\(before) MiB before, then up to \(peak) MiB")
            withExtendedLifetime(followers) {}
            #expect(
                try await queue.queuectl("wait", try await queue.submit("--", "true")).code == 0)
        }
    }
}
