import Dispatch
import DurableFutures
import TestSupport
import Testing

/// `map` and `mapOutcomes`.
@Suite(.timeLimit(.minutes(10)))
struct MapTests {
    @Test func resultsComeInTheOrderOfTheInputs() async throws {
        try await withExecutor(workers: 4) { executor, _ in
            var results: [Int] = []
            for try await result in executor.map(double, over: 1...600) { results.append(result) }
            #expect(results == (1...600).map { 2 * $0 })
            var pairs: [Int: Int] = [:]
            for try await (input, result) in executor.map(double, over: [3, 4]).withInputs {
                pairs[input] = result
            }
            #expect(pairs == [3: 6, 4: 8])
            for try await _ in executor.map(double, over: []) { Issue.record("no inputs") }
        }
    }

    @Test func aFailureEndsItAndCancelsTheRest() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let blocker = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            var iterator = executor.map(refuse, over: 1...5).makeAsyncIterator()
            async let opened: Void = gate.open(place.directory)
            await #expect(throws: Refusal(code: 1)) { try await iterator.next() }
            let over = try await iterator.next()
            #expect(over == nil)
            await opened
            _ = try await blocker.result()
        }
    }

    @Test func outcomesGoOn() async throws {
        try await withExecutor { executor, _ in
            var codes: [Int] = []
            for try await outcome in executor.mapOutcomes(refuse, over: 1...5) {
                if case .failed(let error as Refusal) = outcome { codes.append(error.code) }
            }
            #expect(codes == [1, 2, 3, 4, 5])
        }
    }

    @Test func aBufferDrawsInputAsResultsAreTaken() async throws {
        try await withExecutor { executor, _ in
            var results: [Int] = []
            for try await result in executor.map(double, over: Endless(), bufferSize: 3) {
                results.append(result)
                if results.count == 20 { break }
            }
            #expect(results == (1...20).map { 2 * $0 })
        }
    }

    @Test(arguments: [7, .max - 1, .max], [nil, 1, .max])
    func aChunkMayBeOfAnySize(_ chunkSize: Int, _ bufferSize: Int?) async throws {
        try await withExecutor { executor, _ in
            var results: [Int] = []
            for try await result in executor.map(
                double, over: 1...7, chunkSize: chunkSize, bufferSize: bufferSize)
            { results.append(result) }
            #expect(results == (1...7).map { 2 * $0 })
            let count = try await executor.core.service.stats().total.succeeded
            #expect(count == (bufferSize == 1 ? 7 : 1))
        }
    }

    @Test func aBufferBelowOneIsRefused() async throws {
        try await withExecutor { executor, _ in
            await #expect(throws: QueueError.self) {
                for try await _ in executor.map(double, over: [1], bufferSize: 0) {}
            }
        }
    }

    /// The end that a cancelled reader meets is not that of the results.
    @Test(.timeLimit(.minutes(10)))
    func aReaderThatIsCancelledHearsOfItAndNothingRuns() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let blocker = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let inputs = HeldInputs(1...3)
            let reading = Task { for try await _ in executor.map(double, over: inputs) {} }
            await inputs.areDrawn()
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            inputs.end()
            while try await executor.core.service.stats().total.cancelled < 3 {
                await Task.yield()
            }
            await gate.open(place.directory)
            _ = try await blocker.result()
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func aMapThatNobodyReadsSubmitsAllTheSame() async throws {
        try await withExecutor { executor, _ in
            _ = executor.map(double, over: 1...600)
            while try await executor.core.service.stats().total.succeeded < 600 {
                await Task.yield()
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func aBufferThatNobodyReadsLetsGoOfItsInputs() async throws {
        try await withExecutor { executor, _ in
            weak var token: Token?
            do {
                let inputs = Tokens()
                token = inputs.token
                _ = executor.map(double, over: inputs, bufferSize: 2)
            }
            while token != nil { await Task.yield() }
        }
    }

    @Test func itsTimeOutCountsFromTheCall() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let blocker = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            do {
                for try await _ in executor.map(double, over: 1...3, timeout: .milliseconds(20)) {
                    Issue.record("the only thread is taken")
                }
            } catch let error as QueueError {
                #expect(error.code == .timedOut)
            }
            await gate.open(place.directory)
            _ = try await blocker.result()
        }
    }
}

private struct Endless: Sequence, Sendable {
    func makeIterator() -> some IteratorProtocol<Int> {
        sequence(first: 1) { $0 + 1 }.makeIterator()
    }
}

/// Numbers that are drawn at once, and an end that comes when it is told to.
private final class HeldInputs: Sequence, Sendable {
    private let numbers: ClosedRange<Int>
    private let drawn = AsyncStream<Never>.makeStream()
    private let ending = DispatchSemaphore(value: 0)

    init(_ numbers: ClosedRange<Int>) { self.numbers = numbers }

    /// Returns once the end is waited for.
    func areDrawn() async { for await _ in drawn.stream {} }

    func end() { ending.signal() }

    func makeIterator() -> AnyIterator<Int> {
        var rest = numbers.makeIterator()
        return AnyIterator { [drawn, ending] in
            if let number = rest.next() { return number }
            drawn.continuation.finish()
            ending.wait()
            return nil
        }
    }
}

private struct Tokens: Sequence, Sendable {
    let token = Token()

    func makeIterator() -> AnyIterator<Int> {
        AnyIterator { [token] in withExtendedLifetime(token) { 1 } }
    }
}
