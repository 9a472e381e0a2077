import Foundation
import FutureControl
import FutureDaemon
import FutureModel
import Logging
import ServiceLifecycle
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("The socket's life", .timeLimit(.minutes(10)))
struct ControlServerLifeTests {
    private static let function = Submission(task: "f", arguments: Payload(json: "[]"))

    /// Not by `stat`, which the compiler may take for a module's that is not imported here.
    private static func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func onlyItsUserMayConnect() async throws {
        try await withServer { server in
            #expect(try Self.mode(of: server.socketPath) == 0o600)
            let others = try FileManager.default.contentsOfDirectory(
                atPath: server.directory.path)
            #expect(others == ["s.sock"])
        }
    }

    @Test func itsDirectoryIsMadePrivate() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/run/s.sock"
        let run = try await RunningServer.start(MemoryService(), path)
        #expect(try Self.mode(of: directory.path + "/run") == 0o700)
        run.cancel()
        _ = await run.result
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aDeadOwnersSocketIsReplaced() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        // Bound, not listening: what a killed process leaves.
        close(try DyingOwner.bind(path))
        let run = try await RunningServer.start(MemoryService(), path)
        let client = try await ControlClient.connect(socketPath: path)
        #expect(try await client.status() == MemoryService.status)
        run.cancel()
        _ = await run.result
    }

    @Test func aFileInTheWayIsLeftAlone() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        await #expect(throws: QueueError.self) {
            try await RunningServer.start(MemoryService(), path)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func aLinkIsNoDirectoryForIt() async throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/link", withDestinationPath: directory.path)
        await #expect(throws: QueueError.self) {
            try await RunningServer.start(MemoryService(), directory.path + "/link/s.sock")
        }
    }

    @Test func withoutAnOwnerThereIsNoClient() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        await #expect {
            try await ControlClient.connect(socketPath: path)
        } throws: {
            ($0 as? QueueError)?.code == .noOwner
        }
    }

    @Test func aWriteWhoseOwnerDiesIsLost() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        let owner = try DyingOwner(path)
        let client = try await ControlClient.connect(socketPath: path)
        let death = Task { await owner.dieInMidRequest() }
        await #expect(throws: ControlClientErrors.ownerLost) {
            try await client.submit([Self.function])
        }
        await death.value
    }

    @Test func anAnswerToHalfARequestArrives() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        let owner = try DyingOwner(path)
        let client = try await ControlClient.connect(socketPath: path)
        let answer = #"{"code":"payload_too_large","message":"No."}"#
        let death = Task {
            await owner.dieInMidRequest(
                saying: "HTTP/1.1 413 x\r\nContent-Length: \(answer.utf8.count)\r\n\r\n" + answer)
        }
        // More than fits into the socket.
        let text = String(repeating: "x", count: 1 << 20)
        await #expect(throws: QueueError(.payloadTooLarge, "No.")) {
            try await client.submit([
                Submission(task: "f", arguments: Payload(json: "[\"\(text)\"]"))
            ])
        }
        await death.value
    }

    @Test func aStreamWhoseOwnerDiesIsLost() async throws {
        let server = try await RunningServer()
        let ids = try await server.client.submit([Self.function])
        let completions = try await server.client.completions(of: ids)
        server.run.cancel()
        await #expect(throws: ControlClientErrors.ownerLost) {
            for try await _ in completions {}
        }
        await server.stop()
    }

    @Test func readsGoOnWithTheNextOwner() async throws {
        let server = try await RunningServer()
        #expect(try await server.client.status() == MemoryService.status)
        server.run.cancel()
        _ = await server.run.result
        let next = try await RunningServer.start(MemoryService(), server.socketPath)
        #expect(try await server.client.status() == MemoryService.status)
        #expect(try await server.client.submit([Self.function]) == [1])
        next.cancel()
        _ = await next.result
    }

    /// Connections that went with their owner carry nothing, however many there are of them.
    @Test func aWriteThatNobodyCanHaveReadIsNotLost() async throws {
        for _ in 0..<20 {
            let server = try await RunningServer()
            server.service.hang()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask { _ = try await server.client.submit([Self.function]) }
                }
                var arrivals = server.service.hung.makeAsyncIterator()
                for _ in 0..<16 { await arrivals.next() }
                server.service.resume()
                try await group.waitForAll()
            }
            server.run.cancel()
            _ = await server.run.result
            let error = await #expect(throws: QueueError.self) {
                try await server.client.submit([Self.function])
            }
            #expect(error?.code == .noOwner)
        }
    }

    @Test func aPeerThatVanishesInMidStreamIsLetGo() async throws {
        try await withServer { server in
            let ids = try await server.client.submit([Self.function])
            do {
                let socket = try RawSocket(server.socketPath)
                let body = #"{"ids":[\#(ids[0])]}"#
                await socket.send(
                    "POST /v1/completions HTTP/1.1\r\nHost: x\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
                #expect(await socket.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
            }
            for await _ in server.service.abandoned { break }
            #expect(try await server.client.status() == MemoryService.status)
        }
    }

    @Test func aConsumerThatStopsClosesItsStream() async throws {
        try await withServer { server in
            let ids = try await server.client.submit([Self.function, Self.function])
            let completions = try await server.client.completions(of: ids)
            let consumer = Task { for try await _ in completions {} }
            consumer.cancel()
            for await _ in server.service.abandoned { break }
            _ = await consumer.result
        }
    }

    @Test func aPeerThatVanishesInMidRequestHurtsNobody() async throws {
        try await withServer { server in
            do {
                let socket = try RawSocket(server.socketPath)
                await socket.send(
                    "POST /v1/futures HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{\"ta")
            }
            #expect(try await server.client.submit([Self.function]) == [1])
        }
    }

    /// Returns once it serves.
    private func serve(
        _ service: MemoryService, at path: String
    ) async -> (group: ServiceGroup, run: Task<Void, any Error>) {
        let (ready, feed) = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(
            services: [Daemon(service: service, path: path, ready: feed)],
            logger: Logger(label: "test"))
        let run = Task { try await group.run() }
        for await _ in ready { break }
        return (group, run)
    }

    @Test func aGracefulShutdownLetsASlowPeerHaveItsResponse() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        let service = MemoryService()
        let (group, run) = await serve(service, at: path)
        _ = try await service.submit([Self.function])
        let size = 1 << 20
        service.setOutput(Data(repeating: UInt8(ascii: "x"), count: size))
        let socket = try RawSocket(path)
        service.hang()
        await socket.send("GET /v1/futures/1/stdout HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in service.hung { break }
        await group.triggerGracefulShutdown()
        // Accepting nothing more, it has begun.
        while (try? RawSocket(path)) != nil { await Task.yield() }
        service.resume()
        let response = await socket.receive()
        #expect(response.utf8.count > size, "\(response.utf8.count) bytes")
        try await run.value
    }

    @Test func aGracefulShutdownLetsRequestsFinish() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s.sock"
        let service = MemoryService()
        let (group, run) = await serve(service, at: path)
        service.hang()
        let client = try await ControlClient.connect(socketPath: path)
        async let answer = client.submit([Self.function])
        for await _ in service.hung { break }
        await group.triggerGracefulShutdown()
        service.resume()
        #expect(try await answer == [1])
        try await run.value
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

private enum ControlClientErrors {
    static let ownerLost = QueueError(
        .ownerLost,
        "The daemon went away in the middle of the request; whether it took effect is unknown.")
}

private struct Daemon: Service {
    let service: MemoryService
    let path: String
    let ready: AsyncStream<Void>.Continuation

    func run() async throws {
        let server = ControlServer(
            service: service, socketPath: path, limits: .unhurried, logger: Logger(label: "test"))
        try await server.run { [ready] in ready.yield() }
    }
}
