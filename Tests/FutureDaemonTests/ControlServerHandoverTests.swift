import Foundation
import FutureControl
import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite("From one owner to the next", .timeLimit(.minutes(10)))
struct ControlServerHandoverTests {
    private let place: TemporaryJournal

    init() throws { place = try TemporaryJournal() }

    private static func command() throws -> Submission { try Submission(Command(["true"])) }

    private func connect() async throws -> any FutureService {
        try await QueueConnection.open(place.location, program: "test", patience: .seconds(60))
    }

    /// An owner that answers with `service`, at the journal's socket unless another is said.
    private func serve(
        _ service: any FutureService, at path: String? = nil
    ) async throws -> (lock: OwnerLock, run: Task<Void, any Error>) {
        let path = path ?? place.location.socketPath
        let identity = OwnerIdentity(
            process: .current, program: "daemon", version: "1", socket: path)
        let lock = try await OwnerLock.acquire(
            place.location, as: identity, patience: .seconds(60))
        return (lock, try await RunningServer.start(service, path))
    }

    private func stop(_ owner: (lock: OwnerLock, run: Task<Void, any Error>)) async {
        owner.run.cancel()
        _ = await owner.run.result
        owner.lock.release()
    }

    @Test func whereADaemonServesNobodyAsksWhoOwnsTheJournal() async throws {
        let run = try await RunningServer.start(MemoryService(), place.location.socketPath)
        #expect(try await connect() is ControlClient)
        run.cancel()
        _ = await run.result
        #expect(try await connect() is DetachedService)
    }

    @Test func aWaitThatBeganWithoutAnOwnerEndsWithOne() async throws {
        let detached = try await connect()
        let ids = try await detached.submit([Self.command()])
        let completions = try await detached.completions(of: ids)
        let service = MemoryService()
        _ = try await service.submit([Self.command()])
        let owner = try await serve(service)
        service.finish(1, .succeeded(Payload(json: "5")))
        var seen: [FutureSnapshot] = []
        for try await snapshot in completions { seen.append(snapshot) }
        #expect(seen.map(\.outcome) == [.succeeded(Payload(json: "5"))])
        #expect(try await detached.submit([Self.command()]) == [2], "it asks the owner now")
        #expect(service.submissions.count == 2)
        await stop(owner)
    }

    @Test func aWaitOutlivesItsOwner() async throws {
        let ids = try await connect().submit([Self.command(), Self.command(), Self.command()])
        let service = MemoryService()
        _ = try await service.submit([Self.command(), Self.command(), Self.command()])
        let first = try await serve(service)
        let client = try await connect()
        #expect(client is ControlClient)
        var completions = try await client.completions(of: ids).makeAsyncIterator()
        service.finish(ids[0])
        #expect(try await completions.next()?.id == ids[0])
        await stop(first)

        // With no owner at all, from the journal.
        let detached = try await connect()
        _ = try await detached.cancel([ids[1]], CancelRequest())
        #expect(try await completions.next()?.id == ids[1])

        // From the next owner, which knows that all but the last have ended.
        let next = MemoryService()
        _ = try await next.submit([Self.command(), Self.command(), Self.command()])
        ids.dropLast().forEach { next.finish($0) }
        let second = try await serve(next)
        next.finish(ids[2])
        #expect(try await completions.next()?.id == ids[2])
        #expect(try await completions.next() == nil)
        await stop(second)
    }

    @Test func outputIsNotRepeatedByTheNextOwner() async throws {
        let ids = try await connect().submit([Self.command()])
        let service = MemoryService()
        _ = try await service.submit([Self.command()])
        let first = try await serve(service)
        let client = try await connect()
        var chunks = try await client.followOutput(ids[0]).makeAsyncIterator()
        service.write(OutputChunk(stream: .stdout, bytes: Data("one".utf8)))
        #expect(try await chunks.next()?.bytes == Data("one".utf8))
        await stop(first)

        let next = MemoryService()
        _ = try await next.submit([Self.command()])
        let second = try await serve(next)
        for await _ in next.followed { break }
        next.write(OutputChunk(stream: .stdout, bytes: Data("onetwo".utf8)))
        #expect(try await chunks.next()?.bytes == Data("two".utf8))
        next.endOutput()
        #expect(try await chunks.next() == nil)
        await stop(second)
    }

    @Test func whatIsAskedWithoutAnOwnerIsDoneByTheClientItself() async throws {
        let first = try await serve(MemoryService())
        let client = try await connect()
        #expect(client is ControlClient)
        _ = try await client.submit([Self.command()])
        #expect((client as? ControlClient)?.wasServed == true)
        await stop(first)
        let ids = try await client.submit([Self.command(), Self.command()])
        #expect(ids == [1, 2])
        #expect((client as? ControlClient)?.wasServed == false, "who submits is to be told")
        let completions = try await client.completions(of: ids)
        #expect(try await client.status().phase == .noOwner)
        #expect(try await client.stats().total.pending == 2)
        #expect(try await client.list(ListFilter()).futures.map(\.id) == [2, 1])
        #expect(try await client.history(1).map(\.event) == ["submitted"])
        #expect(try await client.cancel([1], CancelRequest()).map(\.kind) == [.neverRan])
        #expect(try await client.retry([1]) == [3])
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)

        // The next owner is asked again, and waits go on with it.
        let service = MemoryService()
        _ = try await service.submit([Self.command(), Self.command(), Self.command()])
        let second = try await serve(service)
        service.finish(2)
        var seen: Set<FutureID> = []
        for try await snapshot in completions { seen.insert(snapshot.id) }
        #expect(seen == [1, 2])
        #expect(try await client.submit([Self.command()]) == [4])
        #expect(service.submissions.count == 4)
        await stop(second)
    }

    @Test func theNextOwnerMayServeElsewhereOrNotAtAll() async throws {
        let ids = try await connect().submit([Self.command()])
        let first = try await serve(MemoryService())
        let client = try await QueueConnection.open(
            place.location, program: "test", patience: .zero)
        #expect(client is ControlClient)
        await stop(first)

        let app = try await OwnerLock.acquire(
            place.location, as: OwnerIdentity(process: .current, program: "an app", version: "1"),
            patience: .seconds(60))
        let completions = try await client.completions(of: ids)
        #expect(try await client.snapshots(ids).map(\.state) == [.pending])
        #expect(try await client.status().phase == .unserved)
        let names: (any Error) -> Bool = {
            let error = $0 as? QueueError
            return error?.code == .owned && error?.message.contains("an app") == true
        }
        await #expect(performing: { try await client.submit([Self.command()]) }, throws: names)
        await #expect(
            performing: { try await client.shutdown(ShutdownRequest()) }, throws: names)
        app.release()

        let service = MemoryService()
        _ = try await service.submit([Self.command()])
        let elsewhere = TemporaryDirectory()
        let second = try await serve(service, at: elsewhere.path + "/s.sock")
        #expect(try await client.submit([Self.command()]) == [2])
        #expect(try await client.status() == MemoryService.status)
        #expect(try await client.planShutdown(ShutdownRequest()).entries.map(\.id) == [1])
        try await client.shutdown(ShutdownRequest())
        #expect(service.shutdowns == [ShutdownRequest()])
        service.finish(1)
        var seen: [FutureID] = []
        for try await snapshot in completions { seen.append(snapshot.id) }
        #expect(seen == ids)
        await stop(second)
    }

    @Test func aWaitMayBeginBetweenTwoOwners() async throws {
        let detached = try await connect()
        let ids = try await detached.submit([Self.command()])
        let owner = try await serve(MemoryService())
        let client = try await connect()
        #expect(client is ControlClient)
        await stop(owner)
        await #expect { try await client.completions(of: [99]) } throws: {
            ($0 as? QueueError)?.code == .noSuchFuture
        }
        let completions = try await client.completions(of: ids)
        _ = try await detached.cancel(ids, CancelRequest())
        var seen: [FutureSnapshot] = []
        for try await snapshot in completions { seen.append(snapshot) }
        #expect(seen.map(\.state) == [.cancelled])
    }
}
