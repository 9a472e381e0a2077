import ConformanceTasks
import FutureJournal
import TestSupport
import Testing

@testable import DurableFutures
@testable import FutureEngine

/// What a wait or a `map` lets go of.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ReferenceTests {
    /// Returns once nobody waits at the executor's owner.
    private func noWaits(_ executor: some EmbeddedExecutor) async throws {
        let engine = try #require(executor.core.engine)
        while !engine.hub.open.isEmpty { await Task.yield() }
    }

    @Test("leaving early leaves no wait behind", .statement(58))
    func leavingEarly() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let ended = try await executor.submit(echo, "ended")
            let held = try await executor.submit(hold, gate.key)
            // It has ended before anybody waits for it.
            _ = try await ended.result()
            let engine = try #require(executor.core.engine)
            for try await _ in asCompleted([ended]) {}
            try await noWaits(executor)
            for try await future in asCompleted([ended, held]) {
                #expect(future == ended)
                #expect(!engine.hub.open.isEmpty)
                break
            }
            try await noWaits(executor)
            let waiting = Task { try await held.result() }
            while engine.hub.open.isEmpty { await Task.yield() }
            waiting.cancel()
            try await noWaits(executor)
            gate.open()
            let value = try await held.result()
            #expect(value == gate.key)
        }
    }

    private final class Cells {
        struct Weak { weak var cell: FutureCell? }
        var all: [Weak] = []
    }

    @Test("asCompleted keeps nothing of what it has yielded", .statement(59))
    func yieldedFutures() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let cells = Cells()
            var iterator = asCompleted(
                try await executor.submit(hold, each: Array(repeating: gate.key, count: 5))
            ).makeAsyncIterator()
            gate.open()
            for _ in 0..<5 {
                let future = try #require(try await iterator.next())
                #expect(cells.all.allSatisfy { $0.cell == nil }, "the earlier ones are gone")
                cells.all.append(Cells.Weak(cell: future.cell))
                #expect(future.cell.snapshot != nil)
            }
            #expect(cells.all.count == 5)
        }
    }

    /// Seen by a weak reference to go.
    private final class Tracked: Codable, Sendable {
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    private struct Inputs: Sequence, Sendable {
        func makeIterator() -> some IteratorProtocol<Tracked> {
            (1...40).lazy.map { Tracked($0) }.makeIterator()
        }
    }

    @Test(
        "map keeps neither input nor value of what it has yielded", .statement(79),
        arguments: [nil, 4])
    func yieldedValues(_ bufferSize: Int?) async throws {
        let next = TaskDefinition("next") { (tracked: Tracked) -> Tracked in
            Tracked(tracked.number + 1)
        }
        let place = try TemporaryJournal()
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 2, tasks: [next]
        ) { executor in
            weak var lastInput: Tracked?
            weak var lastValue: Tracked?
            var count = 0
            let results = executor.map(next, over: Inputs(), bufferSize: bufferSize)
            for try await (input, value) in results.withInputs {
                #expect(lastInput == nil && lastValue == nil)
                (lastInput, lastValue) = (input, value)
                #expect(value.number == input.number + 1)
                count += 1
            }
            #expect(count == 40)
        }
    }

    @Test("a long map never has more under way than its buffer holds", .statement(76, 79))
    func longMap() async throws {
        try await withExecutor(workers: 2) { executor, _ in
            let drawn = Tally()
            let (count, bufferSize) = (20_000, 64)
            var read = 0
            for try await value in executor.map(
                double, over: Naturals { _ in drawn.add() }, bufferSize: bufferSize)
            {
                read += 1
                try #require(value == 2 * read)
                try #require(drawn.count <= read + bufferSize)
                if read == count { break }
            }
            while try await executor.core.service.stats().total.running > 0 {}
            let stats = try await executor.core.service.stats().total
            #expect(stats.succeeded + stats.cancelled + stats.pending <= count + bufferSize)
        }
    }
}
