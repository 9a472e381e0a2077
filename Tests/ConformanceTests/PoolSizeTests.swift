import ConformanceTasks
import DurableFutures
import Foundation
import FutureEngine
import FutureJournal
import FutureModel
import FuturePools
import Synchronization
import TestSupport
import Testing

/// How many workers there are, what they are called and what they do first.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PoolSizeTests {
    private func capacity(
        _ executor: some EmbeddedExecutor, _ pool: PoolKind
    ) async throws -> Int? {
        try await executor.core.service.status().pools.first { $0.kind == pool }?.capacity
    }

    @Test("threads by default: the processors and 4, 32 at most", .statement(80))
    func defaultThreads() async throws {
        let counts = [1: 5, 2: 6, 27: 31, 28: 32, 29: 32, 256: 32]
        for (processors, threads) in counts {
            #expect(ThreadPoolExecutor.defaultWorkers(processors: processors) == threads)
        }
        let place = try TemporaryJournal()
        try await withThreadPoolExecutor(journal: place.location.path) { executor in
            let threads = try await capacity(executor, .thread)
            #expect(try threads == min(32, usableProcessors() + 4))
        }
    }

    @Test("worker processes by default: the processors", .statement(89))
    func defaultProcesses() async throws {
        let place = try TemporaryJournal()
        try await withProcessPoolExecutor(
            journal: place.location.path, workerProgram: conformanceWorker
        ) { executor in
            let processes = try await capacity(executor, .process)
            #expect(try processes == usableProcessors())
        }
    }

    @Test(
        "threads are named by their prefix and number", .statement(84),
        arguments: [
            ("load", "load_0", "load_1"),
            ("a-rather-long-prefix", "a-rather-long_0", "a-rather-long_1"),
            ("", "_0", "_1"), (nil, "ThreadPoolExe_0", "ThreadPoolExe_1"),
        ] as [(String?, String, String)])
    func threadNames(_ prefix: String?, _ first: String, _ second: String) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let path = place.location.path
        let executor =
            if let prefix {
                try await ThreadPoolExecutor(
                    journal: path, maxWorkers: 2, tasks: conformanceTasks,
                    threadNamePrefix: prefix)
            } else {
                try await ThreadPoolExecutor(
                    journal: path, maxWorkers: 2, tasks: conformanceTasks)
            }
        let name = try await executor.submit(threadName).result()
        #expect(name == first)
        let held = try await executor.submit(hold, gate.key)
        await gate.arrival()
        let other = try await executor.submit(threadName).result()
        #expect(other == second)
        gate.open()
        _ = try await held.result()
        try await executor.shutdown()
    }

    @Test(
        "never more run than there are workers", .statement(83, 99),
        arguments: ExecutorKind.allCases)
    func saturation(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 2) { executor, place in
            let gate = Gate(in: place.directory)
            let futures = try await executor.submit(
                hold, each: Array(repeating: gate.key, count: 6))
            for _ in 0..<2 { await gate.arrival() }
            let states = try await executor.core.service.snapshots(futures.map(\.id)).map(\.state)
            #expect(states.filter { $0 == .running }.count == 2)
            #expect(states.filter { $0 == .pending }.count == 4)
            gate.open()
            _ = try await wait(futures)
        }
    }

    @Test("never more run at once, however many are queued", .statement(83))
    func concurrency() async throws {
        let counts = Mutex((now: 0, most: 0))
        let count = TaskDefinition("count") { (n: Int) -> Int in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            await Task.yield()
            counts.withLock { $0.now -= 1 }
            return n
        }
        let place = try TemporaryJournal()
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 3, tasks: [count]
        ) { executor in
            _ = try await wait(try await executor.submit(count, each: Array(1...300)))
        }
        let most = counts.withLock { $0.most }
        #expect(1...3 ~= most)
    }

    @Test("an initializer runs once in each worker process, first", .statement(85))
    func initializer() async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        try await withProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 2, tasks: conformanceTasks,
            workerProgram: conformanceWorker + ["initialized", place.directory]
        ) { executor in
            let first = try await executor.submit(whereAmI).result()
            #expect(try initialized(place) == [first], "nothing has run in another")
            let held = try await executor.submit(hold, gate.key)
            await gate.arrival()
            let second = try await executor.submit(whereAmI).result()
            gate.open()
            _ = try await held.result()
            for _ in 0..<5 { _ = try await executor.submit(double, 1).result() }
            #expect(try initialized(place) == [first, second])
        }
    }

    @Test(
        "a failing initializer breaks a process pool and keeps the futures",
        .statement(64, 86, 101))
    func failingInitializer() async throws {
        let place = try TemporaryJournal()
        let blocker = place.directory + "/broken"
        _ = FileManager.default.createFile(atPath: blocker, contents: nil)
        let program = conformanceWorker + ["initialized", place.directory]
        let executor = try await ProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            workerProgram: program)
        let futures = try await executor.submit(double, each: [1, 2, 3])
        for future in futures { await expect(.brokenPool) { try await future.result() } }
        await expect(.brokenPool) { try await executor.submit(double, 4) }
        await expect(.brokenPool) { _ = try await wait(futures) }
        await expect(.brokenPool) { for try await _ in asCompleted(futures) {} }
        await expect(.brokenPool) { for try await _ in executor.map(double, over: [1]) {} }
        try await executor.shutdown()
        await expect(.brokenPool) { try await executor.submit(double, 1) }
        try FileManager.default.removeItem(atPath: blocker)
        try await withProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            workerProgram: program
        ) { executor in
            for (number, future) in zip(1..., futures) {
                let again = try await executor.future(id: future.id, of: double)
                let value = try await again.result()
                #expect(value == 2 * number)
                let attempts = try await executor.core.service.records([future.id])[0].charges
                #expect(attempts.errors + attempts.crashes == 0)
            }
        }
    }

    /// The worker processes whose initializer has run.
    private func initialized(_ place: TemporaryJournal) throws -> [Int32] {
        try String(contentsOfFile: place.directory + "/initialized", encoding: .utf8)
            .split(separator: "\n").compactMap { Int32($0) }
    }
}

/// Those that this process may use, as the system's mask of them has it.
private func usableProcessors() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let mask = try #require(status.firstMatch(of: /Cpus_allowed:\s+([0-9a-f,]+)/)).1
    return mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
}
