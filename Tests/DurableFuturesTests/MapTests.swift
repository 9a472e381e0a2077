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

    @Test func aBufferBelowOneIsRefused() async throws {
        try await withExecutor { executor, _ in
            await #expect(throws: QueueError.self) {
                for try await _ in executor.map(double, over: [1], bufferSize: 0) {}
            }
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
