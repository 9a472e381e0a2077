import Dispatch
@testable import DurableFutures
import Foundation
@testable import FutureEngine
@testable import FutureJournal
import TestSupport
import Testing

/// Opening, shutting down, and pools of worker processes.
@Suite(.timeLimit(.minutes(10)))
struct ExecutorTests {
    /// Whoever lets go of an idle executor keeps neither its journal nor its threads.
    @Test(.timeLimit(.minutes(10)))
    func anExecutorThatIsDroppedLeavesNothingBehind() async throws {
        let place = try TemporaryJournal()
        do {
            let executor = try await ThreadPoolExecutor(
                journal: place.location.path, maxWorkers: 2, tasks: allTasks,
                threadNamePrefix: "dropped")
            _ = try await executor.submit(double, 1).result()
        }
        func threads() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { number in
                let name = FileManager.default.contents(atPath: "/proc/self/task/\(number)/comm")
                return String(decoding: name ?? Data(), as: UTF8.self).hasPrefix("dropped")
            }
        }
        while try OwnerLock.currentOwner(of: place.location) != nil { await Task.yield() }
        while try threads() > 0 { await Task.yield() }
    }

    /// What a scope uses is its caller's own.
    @MainActor @Test func aScopeRunsWhereItsCallerDoes() async throws {
        final class Sum { var value = 0 }
        let place = try TemporaryJournal()
        let sum = Sum()
        let same = try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks
        ) { executor in
            sum.value += try await executor.submit(double, 4).result()
            return sum
        }
        #expect(same.value == 8)
    }

    @Test func theScopeRunsWhatIsPending() async throws {
        let place = try TemporaryJournal()
        let ids = try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks
        ) { try await $0.submit(double, each: Array(1...20)).map(\.id) }
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        let states = try await reader.snapshots(ids).map(\.state)
        #expect(states.allSatisfy { $0 == .succeeded })
    }

    @Test func anErrorOfTheBodyPropagatesAndPendingWorkStillRuns() async throws {
        let place = try TemporaryJournal()
        await #expect(throws: Plain.self) {
            try await withThreadPoolExecutor(
                journal: place.location.path, maxWorkers: 1, tasks: allTasks
            ) { executor in
                _ = try await executor.submit(double, each: Array(1...5))
                throw Plain()
            }
        }
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        let stats = try await reader.stats()
        #expect(stats.total.succeeded == 5)
    }

    @Test func shutdownCanCancelOrKeepWhatWaits() async throws {
        for (pending, expected) in [
            (ShutdownPending.cancel, FutureState.cancelled), (.keep, .pending),
        ] {
            let place = try TemporaryJournal()
            let executor = try await ThreadPoolExecutor(
                journal: place.location.path, maxWorkers: 1, tasks: allTasks)
            let running = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let waiting = try await executor.submit(double, 1)
            try await executor.shutdown(pending: pending, wait: false)
            await gate.open(place.directory)
            try await executor.shutdown()
            await #expect(throws: QueueError.self) { try await executor.submit(double, 1) }
            let reader = try JournalReader.open(place.location)
            defer { reader.close() }
            let states = try await reader.snapshots([running.id, waiting.id]).map(\.state)
            #expect(states == [.succeeded, expected])
        }
    }

    @Test func aSecondOwnerIsToldWhoTheFirstIs() async throws {
        try await withExecutor { _, place in
            do throws(QueueError) {
                _ = try await ThreadPoolExecutor(
                    journal: place.location.path, maxWorkers: 1, tasks: allTasks)
                Issue.record("the journal has an owner")
            } catch {
                #expect(error.code == .owned)
                #expect(error.message.contains("\(ProcessInfo.processInfo.processIdentifier)"))
            }
        }
    }

    @Test func workersMustBeMoreThanNone() async throws {
        let place = try TemporaryJournal()
        for count in [0, -1] {
            await #expect(throws: QueueError.self) {
                try await ThreadPoolExecutor(journal: place.location.path, maxWorkers: count)
            }
        }
    }

    @Test func sixtyFourSubmittersShareCommits() async throws {
        try await withExecutor(workers: 1) { executor, place in
            // With its only thread taken, nothing but submits is committed.
            let blocker = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let journal = try #require(executor.core.engine?.journal as? SQLiteJournal)
            let before = journal.counters
            let held = DispatchSemaphore(value: 0)
            journal.writer.write({ _ in held.wait() }, reply: { _ in })
            try await withThrowingTaskGroup(of: Future<Int>.self) { group in
                for n in 0..<64 { group.addTask { try await executor.submit(double, n) } }
                while journal.writer.backlog < 64 { await Task.yield() }
                held.signal()
                try await group.waitForAll()
            }
            let after = journal.counters
            #expect(after.submits - before.submits == 64)
            #expect(after.commits - before.commits < 64 / 8)
            await gate.open(place.directory)
            _ = try await blocker.result()
        }
    }

    @Test func primesOnAProcessPool() async throws {
        let isPrime = TaskDefinition("is_prime", pool: .process) { (n: Int) -> Bool in
            Issue.record("it runs in another process")
            return false
        }
        let place = try TemporaryJournal()
        let worker = Program.buildDirectory.appending(path: "example-worker").path
        try await withProcessPoolExecutor(
            journal: place.location.path, maxWorkers: 2, tasks: [isPrime],
            workerProgram: [worker, "primes"]
        ) { executor in
            var primes: [Int] = []
            for try await (n, prime) in executor.map(isPrime, over: 90...101).withInputs
            where prime { primes.append(n) }
            #expect(primes == [97, 101])
        }
    }
}
