import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import Synchronization
import TestSupport
import Testing

/// `submit`, the two pools and their shutdown.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PoolTests {
    // MARK: submit

    @Test("submit passes its arguments", .statement(60, 61), arguments: ExecutorKind.allCases)
    func submit(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind) { executor, _ in
            let value = try await executor.submit(power, 2, 10).result()
            #expect(value == 1024)
        }
    }

    @Test(
        "after shutdown nothing is accepted", .statement(62, 78, 105, 106),
        arguments: ExecutorKind.allCases)
    func afterShutdown(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind) { executor, _ in
            try await executor.shutdown()
            try await executor.shutdown()
            await expect(.shutDown) { try await executor.submit(double, 1) }
            await expect(.shutDown) { for try await _ in executor.map(double, over: [1]) {} }
            for try await _ in executor.map(double, over: []) { Issue.record("no inputs") }
        }
    }

    @Test("first in, first started", .statement(65))
    func order() async throws {
        let started = Mutex<[Int]>([])
        let note = TaskDefinition("note") { (n: Int) -> Int in
            started.withLock { $0.append(n) }
            return n
        }
        let place = try TemporaryJournal()
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: [note]
        ) { executor in
            _ = try await wait(try await executor.submit(note, each: Array(1...50)))
        }
        #expect(started.withLock { $0 } == Array(1...50))
    }

    // MARK: Pools

    @Test("workers must be more than none", .statement(81, 100))
    func bounds() async throws {
        let place = try TemporaryJournal()
        let path = place.location.path
        for count in [0, -1] {
            await expect(.badInput) {
                try await ThreadPoolExecutor(journal: path, maxWorkers: count)
            }
            await expect(.badInput) {
                try await ProcessPoolExecutor(journal: path, maxWorkers: count)
            }
            await expect(.badInput) {
                try await ProcessPoolExecutor(journal: path, maxTasksPerChild: count)
            }
        }
    }

    @Test("an initializer runs once in each thread, first", .statement(82, 85))
    func initializer() async throws {
        let place = try TemporaryJournal()
        let count = Mutex(0)
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            initializer: { count.withLock { $0 += 1 } }
        ) { executor in
            for _ in 0..<5 { _ = try await executor.submit(double, 1).result() }
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test("a failing initializer breaks the pool and keeps the futures", .statement(64, 86))
    func failingInitializer() async throws {
        let place = try TemporaryJournal()
        let gate = Mutex(true)
        var ids: [FutureID] = []
        let broken = try await ThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            initializer: { if gate.withLock({ $0 }) { throw Plain() } })
        let future = try await broken.submit(double, 21)
        ids.append(future.id)
        await expect(.brokenPool) { try await future.result() }
        await expect(.brokenPool) { try await broken.submit(double, 1) }
        let state = try await future.state
        #expect(state == .pending)
        await expect(.brokenPool) { _ = try await wait([future]) }
        try await broken.shutdown()
        await expect(.brokenPool) { try await broken.submit(double, 1) }
        gate.withLock { $0 = false }
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
        ) { executor in
            let value = try await executor.future(id: ids[0], of: double).result()
            #expect(value == 42)
        }
    }

    @Test("a worker is replaced after as many tasks", .statement(100, 101, 104))
    func maxTasksPerChild() async throws {
        let place = try TemporaryJournal()
        try await withProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 1, maxTasksPerChild: 2,
            tasks: conformanceTasks, workerProgram: conformanceWorker
        ) { executor in
            var pids: [Int32] = []
            for _ in 0..<6 { pids.append(try await executor.submit(whereAmI).result()) }
            #expect(Set(pids).count == 3)
            #expect(pids[0] == pids[1] && pids[2] == pids[3] && pids[4] == pids[5])
        }
    }

    // MARK: Shutdown

    @Test(
        "shutdown can cancel what has not started", .statement(107, 108, 109, 113),
        arguments: ExecutorKind.allCases)
    func cancelFutures(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key)
            await gate.arrival()
            let waiting = try await executor.submit(double, each: [1, 2])
            try await executor.shutdown(wait: false, cancelFutures: true)
            gate.open()
            try await executor.shutdown()
            let value = try await held.result()
            #expect(value == gate.key)
            for future in waiting {
                await #expect(throws: CancelledError.self) { try await future.result() }
            }
        }
    }

    @Test("workers can be terminated and killed", .statement(115, 116), arguments: [false, true])
    func forceStop(_ isKill: Bool) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let executor = try await ProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks,
            workerProgram: conformanceWorker)
        let held = try await executor.submit(hold, gate.key)
        await gate.arrival()
        let waiting = try await executor.submit(double, 1)
        if isKill {
            try await executor.killWorkers()
        } else {
            try await executor.terminateWorkers()
        }
        try await executor.shutdown()
        for _ in 0..<2 { try await executor.killWorkers() }
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        let states = try await reader.snapshots([held.id, waiting.id]).map(\.state)
        #expect(states == [.cancelled, .cancelled])
        await expect(.shutDown) { try await executor.submit(double, 1) }
    }
}

/// What a scope leaves behind.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ScopeTests {
    @Test(
        "the scope runs what is pending, and its futures can be read afterwards",
        .statement(106, 110))
    func scope() async throws {
        let place = try TemporaryJournal()
        defer { withExtendedLifetime(place) {} }
        var futures: [Future<Int>] = []
        await #expect(throws: Plain.self) {
            try await withThreadPoolExecutor(
                journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
            ) { executor in
                futures = try await executor.submit(double, each: Array(1...5))
                throw Plain()
            }
        }
        let value = try await futures[4].result()
        #expect(value == 10)
        let (done, _) = try await wait(futures)
        #expect(done.count == 5)
        var count = 0
        for try await _ in asCompleted(futures) { count += 1 }
        #expect(count == 5)
    }
}
