import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// What goes wrong in and around a worker: it costs one future, never the pool.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WorkerFaultTests {
    private let once = SubmitOptions(onCrash: .fail)

    /// That the pool still runs what it is given.
    private func expectUsable(_ executor: some EmbeddedExecutor) async throws {
        let value = try await executor.submit(double, 21).result()
        #expect(value == 42)
    }

    @Test("a worker's death leaves what was cancelled as it is", .statement(92))
    func cancelledMeanwhile() async throws {
        try await withExecutor(.processes, workers: 1) { executor, place in
            let pid = try await executor.submit(whereAmI).result()
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key, options: once)
            await gate.arrival()
            let path = place.directory + "/ran"
            let cancelled = try await executor.submit(mark, path)
            let isCancelled = try await cancelled.cancel()
            #expect(isCancelled)
            kill(pid, SIGKILL)
            let failure = try await held.exception() as? TaskFailure
            #expect(failure?.type == TaskFailure.workerDied)
            try await expectUsable(executor)
            let state = try await cancelled.state
            #expect(state == .cancelled)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("a cancellation counts, however its worker dies of it", .statement(92))
    func cancelledByDeath() async throws {
        try await withExecutor(.processes, workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key, options: once)
            await gate.arrival()
            let end = try await held.terminate(grace: .zero)
            #expect(end == .terminated)
            await #expect(throws: CancelledError.self) { try await held.result() }
            try await expectUsable(executor)
        }
    }

    @Test(
        "arguments that are not JSON are refused by submit", .statement(93),
        arguments: ExecutorKind.allCases)
    func badArguments(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            await expect(.badInput) { try await executor.submit(takeNumber, .infinity) }
            let stats = try await executor.core.service.stats().total
            #expect(stats.pending + stats.running + stats.failed == 0)
            try await expectUsable(executor)
        }
    }

    @Test(
        "a value that is not JSON fails its future", .statement(94),
        arguments: ExecutorKind.allCases)
    func badValue(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            let failure = try await executor.submit(endless).exception() as? TaskFailure
            #expect(failure?.type == TaskFailure.badValue)
            try await expectUsable(executor)
        }
    }

    @Test(
        "arguments that do not fit fail their future", .statement(95),
        arguments: ExecutorKind.allCases)
    func unfitArguments(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, _ in
            for json in ["[1]", "[]", #"["a","b"]"#, "[null]"] {
                let submission = Submission(task: echo.name, arguments: Payload(json: json))
                let id = try await executor.core.service.submit([submission])[0]
                let future = try await executor.future(id: id, of: echo)
                let failure = try await future.exception() as? TaskFailure
                #expect(failure?.type == TaskFailure.badArguments, "\(json)")
            }
            try await expectUsable(executor)
        }
    }

    @Test("a worker that dies of its arguments fails their future", .statement(95))
    func deathByArguments() async throws {
        try await withExecutor(.processes, workers: 1) { executor, _ in
            let future = try await executor.submit(takeFragile, Fragile(), options: once)
            let failure = try await future.exception() as? TaskFailure
            #expect(failure?.type == TaskFailure.workerDied)
            #expect(failure?.exitCode == 9)
            try await expectUsable(executor)
        }
    }

    @Test("a value of another type than is asked for is an error, each time", .statement(95))
    func unfitValue() async throws {
        try await withExecutor(.processes, workers: 1) { executor, _ in
            let id = try await executor.submit(echo, "text").id
            let future = try await executor.future(id: id, of: Int.self)
            for _ in 0..<2 { await expect(.typeMismatch) { try await future.result() } }
        }
    }

    @Test("a worker that takes no more does not block submit", .statement(97))
    func fullPipe() async throws {
        try await withExecutor(.processes, workers: 1) { executor, _ in
            let pid = try await executor.submit(whereAmI).result()
            kill(pid, SIGSTOP)
            // More than any socket holds: its sending cannot end while the worker stands still.
            let text = String(repeating: "x", count: 8 << 20)
            let large = try await executor.submit(echo, text)
            let others = try await executor.submit(double, each: Array(1...500))
            for number in 1...100 { _ = try await executor.submit(double, number) }
            let isDone = try await large.isDone
            #expect(!isDone)
            kill(pid, SIGCONT)
            let answer = try await large.result()
            #expect(answer == text)
            let (done, _) = try await wait(others)
            #expect(done.count == 500)
        }
    }

    @Test(
        "a worker that dies after shutdown was called does not hang it", .statement(114),
        arguments: [OnCrash.fail, .retry, .cancel])
    func deathDuringShutdown(_ policy: OnCrash) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let executor = try await ProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            workerProgram: conformanceWorker)
        let pid = try await executor.submit(whereAmI).result()
        let held = try await executor.submit(
            hold, gate.key, options: SubmitOptions(onCrash: policy))
        await gate.arrival()
        let pending = try await executor.submit(double, 21)
        try await executor.shutdown(wait: false)
        kill(pid, SIGKILL)
        if policy == .retry {
            await gate.arrival()
            gate.open()
        }
        try await executor.shutdown()
        let states = (try await held.state, try await pending.state)
        let expected: [OnCrash: FutureState] = [
            .fail: .failed, .cancel: .cancelled, .retry: .succeeded,
        ]
        #expect(states.0 == expected[policy])
        #expect(states.1 == .succeeded)
    }
}
