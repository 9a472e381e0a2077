import Testing

@testable import FutureDaemon

@Suite("The end of a connection", .timeLimit(.minutes(10)))
struct ConnectionEndTests {
    private final class Answer: Sendable {}

    @Test func whatHasBeenAnsweredIsLetGoOf() async throws {
        let end = ConnectionEnd()
        weak var last: Answer?
        for _ in 0..<3 {
            let answer = try await end.whileConnected { Answer() }
            last = answer
        }
        // Its task may be about to end.
        while last != nil { await Task.yield() }
        end.come()
    }

    @Test func whatIsBeingDoneIsCancelled() async throws {
        let end = ConnectionEnd()
        let (begun, feed) = AsyncStream<Void>.makeStream()
        let waiting = Task {
            try await end.whileConnected {
                feed.yield()
                try await Task.sleep(for: .seconds(3600))
            }
        }
        for await _ in begun { break }
        end.come()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        // What comes later too.
        await #expect(throws: CancellationError.self) {
            try await end.whileConnected { try await Task.sleep(for: .seconds(3600)) }
        }
    }
}
