import ConformanceTasks
import DurableFutures
import FutureEngine
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// Time-outs under clocks that the test turns.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ClockTests {
    private struct ClockedExecutor: EmbeddedExecutor {
        let core: ExecutorCore
    }

    @Test(
        "jumps of the wall clock neither fire nor stall a time-out", .statement(26, 56, 72, 126),
        arguments: [-86_400, 86_400])
    func jumps(_ seconds: Int) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let time = ManualTime()
        let core = try await ExecutorCore.embedded(
            journal: place.location.path, pool: .thread, tasks: conformanceTasks
        ) {
            $0.threadCount = 1
            $0.time = time
        }
        let executor = ClockedExecutor(core: core)
        let held = try await executor.submit(hold, gate.key)
        await gate.arrival()
        let timerCount = time.timerCount
        let minute = Duration.seconds(60)
        let waits = [
            Task { _ = try await held.result(timeout: minute) },
            Task { _ = try await held.exception(timeout: minute) },
            Task { for try await _ in asCompleted([held], timeout: minute) {} },
            Task {
                let (done, notDone) = try await wait([held], timeout: minute)
                #expect(done.isEmpty && notDone == [held])
                throw QueueError(.timedOut, "as the others")
            },
            Task { for try await _ in executor.map(double, over: 1...3, timeout: minute) {} },
        ]
        while time.timerCount < timerCount + waits.count { await Task.yield() }
        time.jumpWall(by: .seconds(seconds))
        time.advance(by: minute - .milliseconds(1))
        #expect(time.timerCount == timerCount + waits.count, "none has fired")
        time.advance(by: .milliseconds(1))
        for wait in waits { await expect(.timedOut) { try await wait.value } }
        gate.open()
        let text = try await held.result()
        #expect(text == gate.key)
        try await executor.shutdown()
    }
}
