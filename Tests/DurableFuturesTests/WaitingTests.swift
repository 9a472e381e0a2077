import DurableFutures
import TestSupport
import Testing

/// `wait` and `asCompleted`.
@Suite(.timeLimit(.minutes(10)))
struct WaitingTests {
    @Test func nothingToWaitFor() async throws {
        let none: [Future<Int>] = []
        let (done, notDone) = try await wait(none)
        #expect(done.isEmpty && notDone.isEmpty)
        for try await _ in asCompleted(none) { Issue.record("there are none") }
    }

    @Test func allCompletedAndDuplicatesCollapse() async throws {
        try await withExecutor { executor, _ in
            let futures = try await executor.submit(double, each: [1, 2, 3])
            let (done, notDone) = try await wait(futures + futures)
            #expect(done == Set(futures))
            #expect(notDone.isEmpty)
        }
    }

    @Test func firstCompleted() async throws {
        try await withExecutor(workers: 2) { executor, place in
            let slow = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let keyOfQuick = place.directory + "/quick"
            await gate.open(keyOfQuick)
            let quick = try await executor.submit(waitForGate, keyOfQuick)
            let (done, notDone) = try await wait([slow, quick], returnWhen: .firstCompleted)
            #expect(done == [quick])
            #expect(notDone == [slow])
            await gate.open(place.directory)
        }
    }

    @Test func firstExceptionIsNotEndedByASuccess() async throws {
        try await withExecutor(workers: 2) { executor, place in
            let slow = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let failing = try await executor.submit(
                TaskDefinition("refuse") { (code: Int) -> String in "" }, 1)
            let keyOfQuick = place.directory + "/quick"
            await gate.open(keyOfQuick)
            let quick = try await executor.submit(waitForGate, keyOfQuick)
            _ = try await quick.result()
            let (done, notDone) = try await wait(
                [slow, quick, failing], returnWhen: .firstException)
            #expect(done.contains(failing))
            #expect(notDone == [slow])
            await gate.open(place.directory)
        }
    }

    @Test func theExpiryOfAWaitIsItsAnswer() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let slow = try await executor.submit(waitForGate, place.directory)
            for timeout in [Duration.zero, .milliseconds(1)] {
                let (done, notDone) = try await wait([slow], timeout: timeout)
                #expect(done.isEmpty)
                #expect(notDone == [slow])
            }
            await gate.open(place.directory)
        }
    }

    @Test func asCompletedYieldsEachOnce() async throws {
        try await withExecutor { executor, _ in
            let futures = try await executor.submit(double, each: Array(1...50))
            var seen: [Future<Int>] = []
            for try await future in asCompleted(futures + futures) { seen.append(future) }
            #expect(seen.count == 50)
            #expect(Set(seen) == Set(futures))
        }
    }

    @Test func asCompletedSaysHowManyAreLeft() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let key = place.directory + "/first"
            await gate.open(key)
            let first = try await executor.submit(waitForGate, key)
            let second = try await executor.submit(waitForGate, place.directory)
            _ = try await first.result()
            var seen: [Future<String>] = []
            do {
                for try await future in asCompleted([first, second], timeout: .milliseconds(50)) {
                    seen.append(future)
                }
                Issue.record("the second has not ended")
            } catch let error as QueueError {
                #expect(error.code == .timedOut)
                #expect(error.message == "1 (of 2) futures unfinished")
            }
            #expect(seen == [first])
            await gate.open(place.directory)
        }
    }

    @Test func aCancelledCallerLeavesTheFutureAlone() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let future = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let waiting = Task { try await future.result() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            let isRunning = try await future.isRunning
            #expect(isRunning)
            await gate.open(place.directory)
        }
    }
}
