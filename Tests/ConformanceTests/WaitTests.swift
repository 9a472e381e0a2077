import ConformanceTasks
import DurableFutures
import FutureJournal
import TestSupport
import Testing

/// `wait` and `asCompleted`, over the two executors that own their journal.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WaitTests {
    @Test("done and not done are sets", .statement(38, 39, 41))
    func sets() async throws {
        try await withExecutor { executor, _ in
            let futures = try await executor.submit(double, each: [1, 2, 3])
            let (done, notDone) = try await wait((futures + futures).lazy.map { $0 })
            #expect(done == Set(futures))
            #expect(notDone.isEmpty)
        }
    }

    @Test("futures of two executors", .statement(39))
    func twoExecutors() async throws {
        try await withExecutor { one, _ in
            try await withExecutor { other, _ in
                let futures = [
                    try await one.submit(double, 1), try await other.submit(double, 1),
                ]
                #expect(futures[0].id == futures[1].id && futures[0] != futures[1])
                let (done, _) = try await wait(futures)
                #expect(done.count == 2)
                var count = 0
                for try await _ in asCompleted(futures) { count += 1 }
                #expect(count == 2)
            }
        }
    }

    @Test("nothing to wait for", .statement(40, 55))
    func nothing() async throws {
        let none: [Future<Int>] = []
        let (done, notDone) = try await wait(none)
        #expect(done.isEmpty && notDone.isEmpty)
        for try await _ in asCompleted(none) { Issue.record("there are none") }
    }

    @Test("the first completed, and all that are by then", .statement(42))
    func firstCompleted() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let ended = [
                try await executor.submit(echo, "a"), try await executor.submit(echo, "b"),
            ]
            _ = try await wait(ended)
            let held = try await executor.submit(hold, gate.key)
            let (done, notDone) = try await wait(ended + [held], returnWhen: .firstCompleted)
            #expect(done == Set(ended))
            #expect(notDone == [held])
            gate.open()
        }
    }

    @Test(
        "the first exception is not ended by a success or a cancellation",
        .statement(43, 44, 45, 124))
    func firstException() async throws {
        try await withExecutor(workers: 2) { executor, place in
            let gates = [Gate(in: place.directory, "a"), Gate(in: place.directory, "b")]
            let held = try await executor.submit(hold, gates[0].key)
            await gates[0].arrival()
            let failing = try await executor.submit(holdAndRefuse, gates[1].key)
            await gates[1].arrival()
            let cancelled = try await executor.submit(echo, "never")
            try await cancelled.cancel()
            let early = try await wait(
                [held, failing, cancelled], timeout: .milliseconds(10), returnWhen: .firstException)
            #expect(early.done == [cancelled])
            gates[1].open()
            let late = try await wait([held, failing, cancelled], returnWhen: .firstException)
            #expect(late.done == [cancelled, failing])
            let again = try await wait([held, failing], returnWhen: .firstException)
            #expect(again.done == [failing])
            gates[0].open()
        }
    }

    @Test("without an exception it waits for all", .statement(43))
    func noException() async throws {
        try await withExecutor { executor, _ in
            let futures = try await executor.submit(double, each: [1, 2, 3])
            let (done, _) = try await wait(futures, returnWhen: .firstException)
            #expect(done == Set(futures))
        }
    }

    @Test("a wait's expiry is its answer", .statement(46))
    func expiry() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key)
            for timeout in [Duration.seconds(-1), .zero, .milliseconds(1)] {
                let (done, notDone) = try await wait([held], timeout: timeout)
                #expect(done.isEmpty && notDone == [held])
            }
            gate.open()
        }
    }

    @Test("no wake is lost while the waiter is installed", .statement(49))
    func noLostWake() async throws {
        try await withExecutor(workers: 4) { executor, _ in
            for _ in 0..<10 {
                let futures = try await executor.submit(double, each: Array(1...100))
                let (done, _) = try await wait(futures)
                #expect(done.count == 100)
            }
        }
    }

    @Test("waits for the same futures do not hinder each other", .statement(50))
    func manyWaits() async throws {
        try await withExecutor(workers: 4) { executor, _ in
            let futures = try await executor.submit(double, each: Array(1...50))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    let order = number % 2 == 0 ? futures : futures.reversed()
                    group.addTask { try await wait(order).done.count }
                }
                for try await count in group { #expect(count == 50) }
            }
        }
    }

    @Test("each once, those that have ended first, in their order", .statement(51, 52, 53, 54))
    func asTheyComplete() async throws {
        try await withExecutor(workers: 2) { executor, place in
            let gates = ["a", "b"].map { Gate(in: place.directory, $0) }
            let ended = try await executor.submit(echo, "ended")
            _ = try await ended.result()
            let held = [
                try await executor.submit(hold, gates[0].key),
                try await executor.submit(hold, gates[1].key),
            ]
            var seen: [Future<String>] = []
            for try await future in asCompleted(held + [ended] + held) {
                seen.append(future)
                if seen.count < 3 { gates[2 - seen.count].open() }
            }
            #expect(seen == [ended, held[1], held[0]])
        }
    }

    @Test("its expiry says how many are left", .statement(56, 57))
    func countOfTheLeft() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let ended = try await executor.submit(echo, "ended")
            let held = try await executor.submit(hold, gate.key)
            _ = try await ended.result()
            for timeout in [Duration.zero, .milliseconds(50)] {
                var seen: [Future<String>] = []
                do {
                    for try await future in asCompleted([ended, held], timeout: timeout) {
                        seen.append(future)
                    }
                    Issue.record("one has not ended")
                } catch let error as QueueError {
                    #expect(error.code == .timedOut)
                    #expect(error.message == "1 (of 2) futures unfinished")
                }
                #expect(seen == [ended])
            }
            gate.open()
        }
    }

    @Test("a cancelled caller ends its wait, not the future", .statement(23))
    func cancelledCaller() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key)
            let waiting = [
                Task { _ = try await held.result() }, Task { _ = try await wait([held]) },
                Task { for try await _ in asCompleted([held]) {} },
            ]
            for wait in waiting {
                wait.cancel()
                await #expect(throws: CancellationError.self) { try await wait.value }
            }
            gate.open()
            let value = try await held.result()
            #expect(value == gate.key)
        }
    }
}
