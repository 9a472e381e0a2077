import ConformanceTasks
import DurableFutures
import FutureJournal
import Synchronization
import TestSupport
import Testing

/// `map` on the two pools.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MapTests {
    @Test(
        "values in the order of the inputs", .statement(67, 68, 69),
        arguments: ExecutorKind.allCases)
    func mapOrder(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 2) { executor, _ in
            var values: [Int] = []
            for try await value in executor.map(double, over: 1...40) { values.append(value) }
            #expect(values == (1...40).map { 2 * $0 })
        }
    }

    @Test(
        "chunks share futures, and a failure costs only itself", .statement(70, 71, 74, 75),
        arguments: ExecutorKind.allCases)
    func chunks(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            var values: [Int] = []
            for try await value in executor.map(double, over: 1...10, chunkSize: 4) {
                values.append(value)
            }
            #expect(values == (1...10).map { 2 * $0 })
            let count = try await executor.core.service.stats().total.succeeded
            #expect(count == 3)
            var texts: [String] = []
            await #expect(throws: Refusal(code: 3)) {
                for try await text in executor.map(
                    echoOrRefuse, over: ["a", "b", "no!", "c"], chunkSize: 4)
                { texts.append(text) }
            }
            #expect(texts == ["a", "b"])
            var outcomes: [String] = []
            for try await outcome in executor.mapOutcomes(
                echoOrRefuse, over: ["a", "no!", "b"], chunkSize: 3)
            {
                switch outcome {
                case .succeeded(let text): outcomes.append(text)
                case .failed(let error): outcomes.append("\((error as? Refusal)?.code ?? 0)")
                case .cancelled: outcomes.append("cancelled")
                }
            }
            #expect(outcomes == ["a", "3", "b"])
        }
    }

    @Test("bounds below one are refused", .statement(74, 77))
    func mapBounds() async throws {
        try await withExecutor { executor, _ in
            await expect(.badInput) {
                for try await _ in executor.map(double, over: [1], chunkSize: 0) {}
            }
            await expect(.badInput) {
                for try await _ in executor.map(double, over: [1], bufferSize: 0) {}
            }
        }
    }

    @Test(
        "an endless input is drawn as results are read", .statement(76),
        arguments: ExecutorKind.allCases)
    func endless(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind) { executor, _ in
            let drawn = Mutex(0)
            let endless = Naturals { number in drawn.withLock { $0 = number } }
            var values: [Int] = []
            for try await value in executor.map(double, over: endless, bufferSize: 3) {
                values.append(value)
                if values.count == 20 { break }
            }
            #expect(values == (1...20).map { 2 * $0 })
            #expect(drawn.withLock { $0 } <= 23)
        }
    }

    @Test("its time-out cancels the rest", .statement(72, 73))
    func mapTimeout() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key)
            await gate.arrival()
            await expectTimeOut {
                for try await _ in executor.map(double, over: 1...3, timeout: .milliseconds(20)) {}
            }
            let cancelled = try await executor.core.service.stats().total.cancelled
            #expect(cancelled == 3)
            gate.open()
            _ = try await held.result()
        }
    }

    @Test("a map with a key outlives its caller", .statement(119))
    func mapWithKey() async throws {
        let place = try TemporaryJournal()
        var first: [Int] = []
        for round in 1...2 {
            try await withThreadPoolExecutor(
                journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
            ) { executor in
                var values: [Int] = []
                for try await value in executor.map(double, over: 1...20, key: "doubles") {
                    values.append(value)
                }
                if round == 1 { first = values }
                #expect(values == first)
                let count = try await executor.core.service.stats().total.succeeded
                #expect(count == 20)
                await expect(.duplicateKey) {
                    for try await _ in executor.map(double, over: [99], key: "doubles") {}
                }
            }
        }
    }

    @Test(
        "chunks of a map with a key are the same however it is read", .statement(74, 76),
        arguments: ExecutorKind.allCases, [nil, 3, 4, 10])
    func chunksOfABuffer(_ kind: ExecutorKind, _ bufferSize: Int?) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            for _ in 1...2 {
                var values: [Int] = []
                for try await value in executor.map(
                    double, over: 1...30, chunkSize: 4, bufferSize: bufferSize, key: "chunks")
                { values.append(value) }
                #expect(values == (1...30).map { 2 * $0 })
            }
            let count = try await executor.core.service.stats().total.succeeded
            #expect(count == (bufferSize == 3 ? 10 : 8), "nothing is submitted twice")
        }
    }
}

/// 1, 2, 3 and so on without end, telling each.
struct Naturals: Sequence, Sendable {
    let onDraw: @Sendable (Int) -> Void

    func makeIterator() -> AnyIterator<Int> {
        var number = 0
        return AnyIterator {
            number += 1
            onDraw(number)
            return number
        }
    }
}
