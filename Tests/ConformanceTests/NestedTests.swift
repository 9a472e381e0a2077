import ConformanceTasks
import DurableFutures
import TestSupport
import Testing

/// Futures that wait for futures on the smallest pool.
@Suite(.timeLimit(.minutes(10)))
struct NestedTests {
    @Test(
        "a recursion of futures on a pool of one", .statement(88, 103),
        arguments: ExecutorKind.allCases)
    func fibonacci(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            let value = try await executor.submit(fib, kind == .threads ? 10 : 5).result()
            #expect(value == (kind == .threads ? 55 : 5))
        }
    }

    @Test(
        "a map inside of a task on a pool of one", .statement(88, 103),
        arguments: ExecutorKind.allCases)
    func nestedMap(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            let sum = try await executor.submit(sumOfDoubles, 10).result()
            #expect(sum == 110)
        }
    }

    @Test("a wait for itself names the cycle", .statement(88), arguments: ExecutorKind.allCases)
    func itself(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            let future = try await executor.submit(awaitItself)
            let failure = try await future.exception() as? TaskFailure
            #expect(failure?.message.contains("\(future.id) → \(future.id)") == true)
        }
    }

    @Test("a cycle of two is an error", .statement(88), arguments: ExecutorKind.allCases)
    func cycle(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 2) { executor, place in
            let gates = [Gate(in: place.directory, "a"), Gate(in: place.directory, "b")]
            let futures = [
                try await executor.submit(awaitAnother, gates[0].key),
                try await executor.submit(awaitAnother, gates[1].key),
            ]
            gates[0].leave(futures[1].id)
            gates[1].leave(futures[0].id)
            for gate in gates { gate.open() }
            let failures = [
                try await futures[0].exception() as? TaskFailure,
                try await futures[1].exception() as? TaskFailure,
            ]
            for failure in failures {
                #expect(failure?.message.contains("waits for the next to end") == true)
            }
        }
    }

    @Test("an attempt that waits is running", .statement(88, 99))
    func runningStaysRunning() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let inner = Gate(in: place.directory, "inner")
            let outer = Gate(in: place.directory, "outer")
            let held = try await executor.submit(hold, inner.key)
            await inner.arrival()
            let waiting = try await executor.submit(awaitAnother, outer.key)
            outer.leave(held.id)
            outer.open()
            inner.open()
            let failure = try await waiting.exception()
            #expect(failure is TaskFailure, "the other future is of another task")
        }
    }
}
