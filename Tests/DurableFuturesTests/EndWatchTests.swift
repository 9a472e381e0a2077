import FutureModel
import Testing

@testable import DurableFutures

/// The stream that waits for single futures share.
@Suite(.timeLimit(.minutes(10)))
struct EndWatchTests {
    @Test func aStreamIsGivenUpThoughItsFutureWasAskedForTwice() async throws {
        let owner = HandOwner()
        let watch = EndWatch(subscribe: owner.subscribe)
        let other = Task.immediate { try await watch.end(of: 1) }
        let first = await owner.nextRequest()
        #expect(first.ids == [1])

        // While that stream is opened.
        let dropped = Task.immediate { try await watch.end(of: 2) }
        dropped.cancel()
        await #expect(throws: CancellationError.self) { try await dropped.value }
        let again = Task.immediate { try await watch.end(of: 2) }
        let feed = first.open()
        let second = await owner.nextRequest()
        #expect(second.ids == [2])
        let abandoned = AsyncStream<Never>.makeStream()
        second.open().onTermination = { _ in abandoned.continuation.finish() }
        again.cancel()
        await #expect(throws: CancellationError.self) { try await again.value }
        for await _ in abandoned.stream {}

        feed.yield(FutureSnapshot(id: 1, state: .succeeded, outcome: .succeeded(.null)))
        #expect(try await other.value.id == 1)
    }

    @Test func whatWasGivenUpCanBeAskedForAgain() async throws {
        let owner = HandOwner()
        let watch = EndWatch(subscribe: owner.subscribe)
        let dropped = Task.immediate { try await watch.end(of: 1) }
        let first = await owner.nextRequest()
        dropped.cancel()
        await #expect(throws: CancellationError.self) { try await dropped.value }
        _ = first.open()

        let again = Task.immediate { try await watch.end(of: 1) }
        let feed = await owner.nextRequest().open()
        feed.yield(FutureSnapshot(id: 1, state: .succeeded, outcome: .succeeded(.null)))
        #expect(try await again.value.id == 1)
    }
}

/// Opens streams when the test says so.
private final class HandOwner: Sendable {
    struct Request {
        let ids: [FutureID]
        fileprivate let opening: CheckedContinuation<Completions, Never>

        func open() -> Completions.Continuation {
            let (stream, feed) = Completions.makeStream()
            opening.resume(returning: stream)
            return feed
        }
    }

    private let requests = AsyncStream<Request>.makeStream()

    func subscribe(_ ids: [FutureID]) async -> Completions {
        await withCheckedContinuation {
            _ = requests.continuation.yield(Request(ids: ids, opening: $0))
        }
    }

    func nextRequest() async -> Request {
        for await request in requests.stream { return request }
        fatalError("the stream of requests is never finished")
    }
}
