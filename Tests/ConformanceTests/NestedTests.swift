import ConformanceTasks
import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

@testable import DurableFutures

/// Futures that wait for futures on the smallest pool.
@Suite(.serialized, .timeLimit(.minutes(10)))
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

    @Test("values of any size in all come to a task that waits", .statement(103))
    func manyValues() async throws {
        try await withExecutor(.processes, workers: 1) { executor, _ in
            let sizes = Array(repeating: 1 << 20, count: 34)
            let futures = try await executor.submit(blob, each: sizes)
            _ = try await wait(futures)
            let sums = try await executor.submit(gather, futures.map(\.id)).result()
            #expect(sums == Array(repeating: 34 << 20, count: 3))
        }
    }

    @Test("inputs of any size in all go to the map of a task", .statement(103))
    func manyInputs() async throws {
        try await withExecutor(.processes, workers: 1) { executor, _ in
            let sum = try await executor.submit(measureBlobs, 33, 3).result()
            #expect(sum == 33 << 20)
            let count = try await executor.core.service.stats().total.succeeded
            #expect(count == 12, "no chunk is cut short")
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

    @Test("a task can catch the error of a cycle", .statement(88), arguments: ExecutorKind.allCases)
    func caught(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            let future = try await executor.submit(catchCycle)
            let message = try await future.result()
            #expect(
                message == "Each of these futures waits for the next to end: "
                    + "\(future.id) → \(future.id).")
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
            let (one, other) = (futures[0].id, futures[1].id)
            for future in futures {
                let message = (try await future.exception() as? TaskFailure)?.message ?? ""
                // Whichever waits last has the error; the other fails as what it waits for does.
                let names = ["\(one) → \(other) → \(one)", "\(other) → \(one) → \(other)"]
                #expect(names.contains { message.contains($0) }, "\(message)")
            }
        }
    }

    @Test(
        "an attempt that waits is running, and so is one in its place", .statement(88, 99, 103),
        arguments: ExecutorKind.allCases)
    func runningStaysRunning(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, place in
            let inner = Gate(in: place.directory, "inner")
            let outer = Gate(in: place.directory, "outer")
            let waiting = try await executor.submit(awaitText, outer.key)
            await outer.arrival()
            let held = try await executor.submit(hold, inner.key)
            let third = try await executor.submit(double, 21)
            outer.leave(held.id)
            outer.open()
            await inner.arrival()
            let states = [try await waiting.state, try await held.state, try await third.state]
            #expect(states == [.running, .running, .pending])
            inner.open()
            let text = try await waiting.result()
            #expect(text == inner.key)
            let value = try await third.result()
            #expect(value == 42)
        }
    }

    @Test(
        "what a task leaves behind in a worker harms neither that nor who comes next",
        .statement(90, 103), arguments: [submitLate, awaitLate])
    func lateQuestion(_ task: TaskDefinition<LateQuestion, Int>) async throws {
        try await withExecutor(.processes, workers: 1) { executor, place in
            let (first, second) = (Gate(in: place.directory, "1"), Gate(in: place.directory, "2"))
            let late = LateQuestion(first, second)
            _ = try await executor.submit(task, late).result()
            let pid = try await executor.submit(whereAmI).result()
            let next = try await executor.submit(
                hold, second.key, options: SubmitOptions(onCrash: .fail))
            await second.arrival()
            first.open()
            let value = try await next.result()
            #expect(value == second.key)
            #expect(late.answer == "shut_down")
            let pidAfterwards = try await executor.submit(whereAmI).result()
            #expect(pidAfterwards == pid)
        }
    }

    // MARK: While the owner shuts down

    /// An executor on one worker, and in it an attempt that is about to submit another.
    private func withAttemptAtGate(
        _ kind: ExecutorKind,
        _ body: (any EmbeddedExecutor, Future<Int>, Gate) async throws -> Void,
        afterwards: (Future<Int>) async throws -> Void = { _ in }
    ) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let executor = try await open(kind, place)
        let future = try await executor.submit(submitAtGate, gate.key)
        await gate.arrival()
        try await body(executor, future, gate)
        let next = try await open(kind, place)
        try await afterwards(try await next.future(id: future.id, of: submitAtGate))
        try await next.shutdown()
    }

    private func open(
        _ kind: ExecutorKind, _ place: TemporaryJournal
    ) async throws -> any EmbeddedExecutor {
        let path = place.location.path
        return switch kind {
        case .threads:
            try await ThreadPoolExecutor(journal: path, maxWorkers: 1, tasks: conformanceTasks)
        case .processes:
            try await ProcessPoolExecutor(
                journal: path, maxWorkers: 1, tasks: conformanceTasks,
                workerProgram: conformanceWorker)
        }
    }

    @Test(
        "a draining owner runs what its attempts submit", .statement(103, 106, 107),
        arguments: ExecutorKind.allCases)
    func draining(_ kind: ExecutorKind) async throws {
        try await withAttemptAtGate(kind) { executor, future, gate in
            try await executor.shutdown(wait: false)
            gate.open()
            try await executor.shutdown()
            let value = try await future.result()
            #expect(value == 42)
        }
    }

    @Test(
        "an owner that keeps what is pending sends back who would wait for it",
        .statement(103, 112), arguments: ExecutorKind.allCases)
    func keeping(_ kind: ExecutorKind) async throws {
        try await withAttemptAtGate(kind) { executor, future, gate in
            try await executor.shutdown(pending: .keep, wait: false)
            gate.open()
            try await executor.shutdown(pending: .keep)
            let state = try await future.state
            #expect(state == .pending)
        } afterwards: { future in
            let value = try await future.result()
            #expect(value == 42)
            let record = try await future.core.service.records([future.id])[0]
            #expect(record.charges == Charges(interruptions: 1))
        }
    }

    @Test(
        "an owner that cancels what is pending refuses what its attempts submit",
        .statement(62, 108), arguments: ExecutorKind.allCases)
    func cancelling(_ kind: ExecutorKind) async throws {
        try await withAttemptAtGate(kind) { executor, future, gate in
            try await executor.shutdown(wait: false, cancelFutures: true)
            gate.open()
            try await executor.shutdown()
            let failure = try await future.exception() as? TaskFailure
            #expect(failure?.message == "cannot schedule new futures after shutdown")
        }
    }

    @Test(
        "who waits for what is not to run any more goes back with it", .statement(112),
        arguments: ExecutorKind.allCases)
    func waitingAsItShutsDown(_ kind: ExecutorKind) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let executor = try await open(kind, place)
        let waiting = try await executor.submit(awaitText, gate.key)
        await gate.arrival()
        let tomorrow = SubmitOptions(runAt: Timestamp(Date().addingTimeInterval(86_400)))
        let later = try await executor.submit(echo, "later", options: tomorrow)
        gate.leave(later.id)
        gate.open()
        // Its slot is free for others only while it waits.
        _ = try await executor.submit(double, 1).result()
        try await executor.shutdown(pending: .keep)
        let states = (try await waiting.state, try await later.state)
        #expect(states == (.pending, .pending))
    }
}
