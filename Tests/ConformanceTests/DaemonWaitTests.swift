import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// Waiting in another process than the owner's.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DaemonWaitTests {
    @Test("ten thousand futures awaited over one connection", .statement(41, 49, 122))
    func manyThroughADaemon() async throws {
        let place = try TemporaryJournal()
        let site = try DaemonSite(place)
        try await site.start(["--threads", "2"])
        let executor = try await DaemonExecutor(journal: place.location.path)
        let futures = try await executor.submit(double, each: Array(1...10_000))
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for future in futures { group.addTask { try await future.result() } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 10_000 * 10_001)
        let again = try await DaemonExecutor(journal: place.location.path)
        var handles: [Future<Int>] = []
        for future in futures.prefix(100) {
            handles.append(try await again.future(id: future.id, of: double))
        }
        let (done, _) = try await wait(handles + futures)
        #expect(done.count == futures.count)
        await site.kill()
    }

    @Test("numbers go to another process and back to the last digit", .statement(122))
    func exactNumbers() async throws {
        let place = try TemporaryJournal()
        let site = try DaemonSite(place)
        try await site.start()
        let executor = try await DaemonExecutor(journal: place.location.path)
        let decimal = try #require(Decimal(string: "0.12345678901234567890123456789012345678"))
        let numbers = ExactNumbers(
            decimal: decimal, unsigned: .max, integer: .min, zero: -0.0)
        // The second key takes an encoder.
        for key in ["plain", "ü"] {
            let future = try await executor.submit(
                takeExact, numbers, options: SubmitOptions(key: key))
            let value = try await future.result()
            #expect(value == numbers && value.zero.sign == .minus, "\(value)")
        }
        await site.kill()
    }

    @Test(
        "a wait survives the owner's restart, losing nothing and yielding nothing twice",
        .statement(51, 123))
    func restart() async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let site = try DaemonSite(place)
        try await site.start()
        let executor = try await DaemonExecutor(journal: place.location.path)
        let before = try await executor.submit(echo, each: (1...20).map { "before \($0)" })
        let held = try await executor.submit(hold, gate.key)
        let after = try await executor.submit(echo, each: (1...20).map { "after \($0)" })
        await gate.arrival()
        let all = before + [held] + after
        async let waited = wait(all, timeout: .seconds(500))
        var seen: [Future<String>] = []
        for try await future in asCompleted(all, timeout: .seconds(500)) {
            seen.append(future)
            guard seen.count == before.count else { continue }
            await site.kill()
            try await site.start()
            await gate.arrival()
            gate.open()
        }
        #expect(Set(seen.prefix(before.count)) == Set(before))
        #expect(seen.count == all.count && Set(seen) == Set(all))
        let (done, notDone) = try await waited
        #expect(done == Set(all) && notDone.isEmpty)
        await site.kill()
    }

    @Test("a wait keeps its own time-out while its owner comes and goes", .statement(46, 57, 123))
    func timeoutOverARestart() async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let site = try DaemonSite(place)
        try await site.start()
        let executor = try await DaemonExecutor(journal: place.location.path)
        let held = try await executor.submit(hold, gate.key)
        await gate.arrival()
        for isRestarted in [true, false] {
            async let waited = wait([held], timeout: .seconds(2))
            async let result: Void = expectTimeOut { try await held.result(timeout: .seconds(2)) }
            async let completed: Void = expectTimeOut {
                for try await _ in asCompleted([held], timeout: .seconds(2)) {}
            }
            await site.kill()
            if isRestarted { try await site.start() }
            let (done, notDone) = try await waited
            #expect(done.isEmpty && notDone == [held])
            await result
            await completed
        }
        try await site.start()
        gate.open()
        let text = try await held.result()
        #expect(text == gate.key)
        await site.kill()
    }
}
