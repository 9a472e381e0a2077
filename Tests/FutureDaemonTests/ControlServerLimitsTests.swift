import Foundation
import FutureControl
import FutureDaemon
import FutureModel
import NIOCore
import Synchronization
import Testing

private final class Counter: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }

    func next() -> Int { number.add(1, ordering: .relaxed).newValue }
}

/// Peers that are slow, many, or greedy.
@Suite(.timeLimit(.minutes(10)))
struct ControlServerLimitsTests {
    private func withServer(
        _ limits: ServerLimits, _ body: (RunningServer) async throws -> Void
    ) async throws {
        let server = try await RunningServer(limits: limits)
        do { try await body(server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Byte after byte, each in time, for as long as the server listens.
    @Test(arguments: [
        "POST /v1/futures HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n",
        "POST /v1/futures HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "GET /v1/",
    ])
    func aTrickleIsCutOff(_ beginning: String) async throws {
        var limits = ServerLimits()
        limits.requestTime = .milliseconds(200)
        limits.idleTime = beginning.hasPrefix("GET") ? .milliseconds(200) : .seconds(60)
        try await withServer(limits) { server in
            let socket = try RawSocket(server.socketPath)
            await socket.send(beginning)
            let drop = beginning.contains("chunked") ? "1\r\nx\r\n" : "x"
            while await socket.send(drop) {}
            // On connections of its own, until one is in time: it goes on serving.
            while try await !RawSocket.get(server.socketPath, "/v1/status")
                .hasPrefix("HTTP/1.1 200")
            {}
            #expect(server.service.submissions.isEmpty)
        }
    }

    /// Its time is up to the end of the request only.
    @Test func anAnswerMayTakeLonger() async throws {
        var limits = ServerLimits()
        limits.requestTime = .milliseconds(50)
        try await withServer(limits) { server in
            let id = try await server.client.submit([Submission(task: "f", arguments: .null)])[0]
            let late = try await RawSocket.get(
                server.socketPath, "/v1/futures/\(id)/result?timeout_ms=200")
            #expect(late.hasPrefix("HTTP/1.1 504"), "\(late)")
        }
    }

    @Test func aResponseThatNobodyTakesIsBrokenOff() async throws {
        var limits = ServerLimits()
        limits.stallTime = .milliseconds(200)
        try await withServer(limits) { server in
            _ = try await server.client.submit([Submission(task: "f", arguments: .null)])
            server.service.setOutput(Data(repeating: 7, count: 32 << 20))
            let socket = try RawSocket(server.socketPath)
            await socket.send("GET /v1/futures/1/stdout HTTP/1.1\r\nHost: x\r\n\r\n")
            await socket.waitForHangUp()
            #expect(await socket.receive().utf8.count < 32 << 20)
        }
    }

    /// What is not read is not made either.
    @Test func aStreamWaitsForItsReader() async throws {
        let (piece, pieces) = (64 << 10, 300)
        let made = Counter()
        try await withServer(ServerLimits()) { server in
            _ = try await server.client.submit([Submission(task: "f", arguments: .null)])
            let chunk = OutputChunk(stream: .stdout, bytes: Data(repeating: 7, count: piece))
            server.service.setChunks { made.next() <= pieces ? chunk : nil }
            let socket = try RawSocket(server.socketPath)
            await socket.send(
                "GET /v1/futures/1/output/follow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await socket.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
            func pause() async throws {
                for _ in 0..<25 { _ = try await server.client.status() }
            }
            // It goes on until there is no room, and then stands still.
            var before = -1
            while made.count != before {
                before = made.count
                try await pause()
            }
            #expect(made.count < 200)
            // Nor is what is not sent yet dropped when the peer has said all that it will say, and
            // takes the end of it so slowly that the last byte waits for room too.
            socket.finishSending()
            var rest = ""
            while true {
                let isEnd = made.count > pieces
                let part = await socket.receive(atMost: isEnd ? 16 << 10 : 256 << 10)
                if part.isEmpty { break }
                rest += part
                if isEnd { _ = try await server.client.status() }
            }
            #expect(
                rest.hasSuffix("0\r\n\r\n"), "it ends with \(rest.suffix(100).debugDescription)")
            #expect(rest.utf8.count > piece * pieces)
            #expect(made.count == pieces + 1)
        }
    }

    /// Nor is more of it taken in than is wanted.
    @Test func aStreamWaitsForTheClientsReader() async throws {
        let pieces = 300
        let made = Counter()
        try await withServer(.unhurried) { server in
            let id = try await server.client.submit([Submission(task: "f", arguments: .null)])[0]
            let piece = Data(repeating: 7, count: 64 << 10)
            server.service.setChunks {
                let number = made.next()
                let offset = (number - 1) * piece.count
                return number <= pieces
                    ? OutputChunk(stream: .stdout, offset: offset, bytes: piece) : nil
            }
            var output = try await server.client.followOutput(id).makeAsyncIterator()
            var taken = try await output.next()?.bytes.count ?? 0
            var before = -1
            while made.count != before {
                before = made.count
                for _ in 0..<25 { _ = try await server.client.status() }
            }
            #expect(made.count < 200)
            while let chunk = try await output.next() { taken += chunk.bytes.count }
            #expect(taken == pieces * piece.count)
        }
    }

    @Test func headsOverTheLimitAreRefused() async throws {
        try await withServer(ServerLimits()) { server in
            let many = (0..<5000).map { "X-\($0): y\r\n" }.joined()
            for head in ["X: " + String(repeating: "a", count: 100_000) + "\r\n", many] {
                let answer = try await RawSocket.exchange(
                    server.socketPath, "GET /v1/stats HTTP/1.1\r\nHost: x\r\n\(head)\r\n")
                #expect(!answer.contains(" 200 "), "\(answer.prefix(100))")
            }
            #expect(try await server.client.status() == MemoryService.status)
        }
    }
}
