import Foundation
import FutureControl
import FutureModel
import Testing

@Suite("Client and server", .timeLimit(.minutes(10)))
struct ControlServerTests {
    private static func function(_ json: String = "[1]") -> Submission {
        Submission(task: "f", arguments: Payload(json: json))
    }

    @Test func aBatchIsSubmittedWhole() async throws {
        try await withServer { server in
            var options = SubmitOptions(
                queue: "a.b", priority: 3, retry: .init(maxAttempts: 4, backoff: .milliseconds(7)))
            options.timeLimit = .seconds(2)
            options.runAt = Timestamp(milliseconds: 1_700_000_000_123)
            options.key = "k"
            let command = try Submission(
                Command(
                    ["sh", "-c", "é"], directory: "/", environment: ["MY_var": "a b", "aB": ""]),
                options: options)
            let function = Submission(
                task: "load", arguments: Payload(json: #"[{"my_key":1,"aKey":[null,1.5,"/"]}]"#),
                pool: .process)
            #expect(try await server.client.submit([command, function]) == [1, 2])
            let received = server.service.submissions
            #expect(received.count == 2)
            #expect(received[0].options == options)
            #expect(
                try received[0].arguments.decode(as: Command.self)
                    == command.arguments.decode(as: Command.self))
            #expect(received[1].pool == .process)
            #expect(
                try received[1].arguments.decode(as: JSONValue.self)
                    == function.arguments.decode(as: JSONValue.self))
        }
    }

    @Test func everyMethodReachesTheService() async throws {
        try await withServer { server in
            let client = server.client
            let service = server.service
            let ids = try await client.submit([Self.function(), Self.function("[2]")])
            service.finish(2, .failed(TaskFailure(type: "E", message: "m", exitCode: 3)))
            #expect(try await client.records([2, 1]) == service.records([2, 1]))
            #expect(try await client.history(1) == service.history(1))
            #expect(try await client.output(1) == service.output(1))
            #expect(try await client.stats() == service.stats())
            #expect(try await client.status() == MemoryService.status)
            #expect(try await client.retry(ids) == [101, 102])
            let request = CancelRequest(pendingOnly: true, grace: .milliseconds(1500))
            #expect(
                try await client.cancel([1], request)
                    == [CancelAnswer(id: 1, kind: .neverRan, state: .cancelled)])
            #expect(service.cancels == [request])
            let shutdown = ShutdownRequest(pending: .run, running: .requeue, grace: .seconds(9))
            #expect(try await client.planShutdown(shutdown) == service.planShutdown(shutdown))
            try await client.shutdown(shutdown)
            #expect(service.shutdowns == [shutdown])
        }
    }

    @Test func aFilterArrivesAsItWas() async throws {
        try await withServer { server in
            let filter = ListFilter(
                states: [.pending, .failed], queue: "q", task: "a &=%ü+b", before: 17, limit: 3)
            _ = try await server.client.submit([Self.function()])
            #expect(try await server.client.list(filter).futures.map(\.id) == [1])
            #expect(server.service.filters == [filter])
            let damaged = UnreadableFuture(id: 2, message: "Future 2 cannot be read.")
            server.service.damage(damaged)
            let list = try await server.client.list(filter)
            #expect(list.futures.map(\.id) == [1] && list.unreadable == [damaged])
        }
    }

    @Test(arguments: QueueError.Code.allCases)
    func anErrorComesBackAsItself(_ code: QueueError.Code) async throws {
        try await withServer { server in
            let error = QueueError(code, "A \"sentence\" with ü.")
            server.service.fail(with: error)
            await #expect(throws: error) { try await server.client.submit([Self.function()]) }
            await #expect(throws: error) { try await server.client.records([1]) }
            await #expect(throws: error) { try await server.client.completions(of: [1]) }
        }
    }

    @Test func thousandsAreAwaitedOverOneConnection() async throws {
        try await withServer { server in
            let count = 10_000
            let ids = try await server.client.submit(
                (0..<count).map { Self.function("[\($0)]") })
            server.service.finish(ids[7], .succeeded(Payload(json: "7")))
            let completions = try await server.client.completions(of: ids)
            let work = Task {
                for id in ids where id != ids[7] { server.service.finish(id) }
            }
            var seen: [FutureSnapshot] = []
            for try await snapshot in completions { seen.append(snapshot) }
            await work.value
            #expect(seen.first?.outcome == .succeeded(Payload(json: "7")))
            #expect(seen.count == count)
            #expect(Set(seen.map(\.id)) == Set(ids))
        }
    }

    @Test func unknownIdsThrowBeforeAnyElement() async throws {
        try await withServer { server in
            await #expect(throws: QueueError(.noSuchFuture, "There is no future 9.")) {
                try await server.client.completions(of: [9])
            }
        }
    }

    @Test func aStreamsErrorIsItsEnd() async throws {
        try await withServer { server in
            let ids = try await server.client.submit([Self.function(), Self.function()])
            let completions = try await server.client.completions(of: ids)
            server.service.finish(ids[1])
            var seen: [FutureID] = []
            await #expect(throws: QueueError(.ioError, "broken")) {
                for try await snapshot in completions {
                    seen.append(snapshot.id)
                    server.service.breakStreams(with: QueueError(.ioError, "broken"))
                }
            }
            #expect(seen == [ids[1]])
        }
    }

    @Test func outputIsFollowedByteForByte() async throws {
        try await withServer { server in
            let id = try await server.client.submit([Self.function()])[0]
            let output = try await server.client.followOutput(id)
            let chunks = [
                OutputChunk(stream: .stdout, bytes: Data([0, 1, 255, 10])),
                OutputChunk(stream: .stderr, bytes: Data(repeating: 65, count: 300_000)),
            ]
            chunks.forEach { server.service.write($0) }
            server.service.endOutput()
            var seen: [OutputChunk] = []
            for try await chunk in output { seen.append(chunk) }
            #expect(seen == chunks)
        }
    }

    @Test func whatIsRunIsFollowed() async throws {
        try await withServer { server in
            let future = try await server.client.run(Self.function())
            #expect(server.service.submissions.count == 1)
            let chunk = OutputChunk(attempt: 2, stream: .stderr, offset: 9, bytes: Data("x".utf8))
            server.service.write(chunk)
            server.service.endOutput()
            var seen: [OutputChunk] = []
            for try await chunk in future.output { seen.append(chunk) }
            #expect(seen == [chunk])
            server.service.fail(with: QueueError(.badInput, "no"))
            await #expect(throws: QueueError(.badInput, "no")) {
                _ = try await server.client.run(Self.function())
            }
        }
    }

    @Test func aLargePayloadPasses() async throws {
        try await withServer { server in
            let text = String(repeating: "x", count: 12 << 20)
            let payload = Payload(json: "[\"\(text)\"]")
            let id = try await server.client.submit([Self.function(payload.json)])[0]
            #expect(server.service.submissions[0].arguments == payload)
            server.service.finish(id, .succeeded(payload))
            #expect(try await server.client.records([id])[0].outcome == .succeeded(payload))
        }
    }

    @Test func twoHundredAtOnce() async throws {
        try await withServer { server in
            let ids = try await withThrowingTaskGroup(of: [FutureID].self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let client = try await ControlClient.connect(
                            socketPath: server.socketPath)
                        defer { Task { await client.close() } }
                        return try await client.submit([Self.function()])
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(ids).count == 200)
        }
    }

    @Test func manyCallersShareFewConnections() async throws {
        try await withServer { server in
            let ids = try await withThrowingTaskGroup(of: [FutureID].self) { group in
                for _ in 0..<500 {
                    group.addTask { try await server.client.submit([Self.function()]) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(ids).count == 500)
        }
    }
}
