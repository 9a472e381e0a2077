import DurableFutures
import FutureJournal
import TestSupport
import Testing

/// What a handle says in each state.
@Suite(.timeLimit(.minutes(10)))
struct FutureTests {
    @Test func aCallReadsAsInPython() async throws {
        let value = try await withExecutor { executor, _ in
            let future = try await executor.submit(power, 2, 10)
            return try await future.result()
        }
        #expect(value == 1024)
    }

    @Test func pendingRunningAndDone() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let first = try await executor.submit(waitForGate, place.directory)
            let second = try await executor.submit(double, 21)
            await gate.arrival(place.directory)
            let states = [try await first.state, try await second.state]
            #expect(states == [.running, .pending])
            let isRunning = [try await first.isRunning, try await second.isRunning]
            #expect(isRunning == [true, false])
            await #expect(throws: QueueError.self) { try await second.result(timeout: .zero) }
            await #expect(throws: QueueError.self) { try await first.exception(timeout: .zero) }
            await gate.open(place.directory)
            let value = try await second.result()
            #expect(value == 42)
            let isDone = try await second.isDone
            #expect(isDone)
        }
    }

    @Test func cancelOfAPendingOneNeverRuns() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let first = try await executor.submit(waitForGate, place.directory)
            let second = try await executor.submit(double, 21)
            await gate.arrival(place.directory)
            let cancelled = [
                try await first.cancel(), try await second.cancel(), try await second.cancel(),
            ]
            #expect(cancelled == [false, true, true], "a running one is left alone")
            await #expect(throws: CancelledError.self) { try await second.result() }
            await #expect(throws: CancelledError.self) { try await second.exception() }
            await gate.open(place.directory)
            let value = try await first.result()
            #expect(value == place.directory)
        }
    }

    @Test func terminateStopsARunningOne() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let future = try await executor.submit(waitForGate, place.directory)
            await gate.arrival(place.directory)
            let termination = try await future.terminate()
            #expect(termination == .terminated)
            let again = try await future.terminate()
            #expect(again == .tooLate(.cancelled))
            let isCancelled = try await future.isCancelled
            #expect(isCancelled)
        }
    }

    /// As in Python, where a future that has ended needs no executor.
    @Test func cancelAfterTheShutdownTellsHowItEnded() async throws {
        let place = try TemporaryJournal()
        let executor = try await ThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks)
        let held = try await executor.submit(waitForGate, place.directory)
        let (kept, cancelled) = (
            try await executor.submit(double, 1), try await executor.submit(double, 2)
        )
        await gate.arrival(place.directory)
        _ = try await executor.future(id: cancelled.id, of: double).cancel()
        try await executor.shutdown(pending: .keep, wait: false)
        await gate.open(place.directory)
        try await executor.shutdown()
        let areCancelled = [try await cancelled.cancel(), try await held.cancel()]
        #expect(areCancelled == [true, false])
        let error = await #expect(throws: QueueError.self) { try await kept.cancel() }
        #expect(error?.code == .shutDown)
    }

    @Test(.timeLimit(.minutes(10)))
    func whatCallbacksHoldIsLetGoOfWithTheHandle() async throws {
        let place = try TemporaryJournal()
        let executor = try await ThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks)
        let held = try await executor.submit(waitForGate, place.directory)
        await gate.arrival(place.directory)
        weak var token: Token?
        do {
            let own = Token()
            token = own
            let kept = try await executor.submit(double, 1)
            kept.addDoneCallback { _ in withExtendedLifetime(own) {} }
        }
        #expect(token != nil)
        try await executor.shutdown(pending: .keep, wait: false)
        await gate.open(place.directory)
        try await executor.shutdown()
        while token != nil { await Task.yield() }
        _ = try await held.result()
    }

    @Test func aRegisteredErrorComesBackAsItself() async throws {
        try await withExecutor { executor, _ in
            let future = try await executor.submit(refuse, 7)
            await #expect(throws: Refusal(code: 7)) { try await future.result() }
            let exception = try await future.exception()
            #expect(exception as? Refusal == Refusal(code: 7))
            let again = try await executor.future(id: future.id, of: refuse)
            await #expect(throws: Refusal(code: 7)) { try await again.result() }
        }
    }

    @Test func anyOtherErrorComesBackInWords() async throws {
        try await withExecutor { executor, _ in
            let future = try await executor.submit(failPlainly)
            let failure = try await future.exception() as? TaskFailure
            #expect(failure?.message == "plain words")
            #expect(failure?.type.hasSuffix("Plain") == true)
            #expect(failure?.attempt == 1)
        }
    }

    @Test func aHandleIsFoundAgainAfterARestart() async throws {
        let place = try TemporaryJournal()
        let id = try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks
        ) { try await $0.submit(power, 3, 4).id }
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: allTasks
        ) { executor in
            let future: Future<Int> = try await executor.future(id: id)
            let value = try await future.result()
            #expect(value == 81)
            await #expect(throws: QueueError.self) {
                try await executor.future(id: id, of: double)
            }
            await #expect(throws: QueueError.self) {
                let wrong: Future<[String]> = try await executor.future(id: id)
                _ = try await wrong.result()
            }
            await #expect(throws: QueueError.self) {
                let _: Future<Int> = try await executor.future(id: 99)
            }
        }
    }

    @Test func wrongArgumentsFailTheFutureNotTheQueue() async throws {
        try await withExecutor { executor, _ in
            for (json, words) in [
                ("[2]", "takes 2 arguments, not 1"), ("[2,\"x\"]", "argument 2"),
                ("[1,2,3]", "not 3"),
            ] {
                let id = try await executor.core.service.submit([
                    Submission(task: "power", arguments: Payload(json: json))
                ])[0]
                let future = try await executor.future(id: id, of: power)
                let failure = try await future.exception() as? TaskFailure
                #expect(failure?.type == TaskFailure.badArguments)
                #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func aTaskThatIsNotRegisteredIsRefused() async throws {
        let stranger = TaskDefinition("stranger") { () -> Int in 1 }
        try await withExecutor { executor, _ in
            await #expect(throws: QueueError.self) { try await executor.submit(stranger) }
        }
    }

    @Test func commandsRunThroughTheSameExecutor() async throws {
        try await withExecutor { executor, _ in
            let future = try await executor.submit(
                command: Command(["sh", "-c", "echo out; echo err >&2"]))
            let result = try await future.result()
            #expect(result.stdout == "out\n")
            #expect(result.stderr == "err\n")
            let failing = try await executor.submit(command: Command(["sh", "-c", "exit 3"]))
            let failure = try await failing.exception() as? TaskFailure
            #expect(failure?.exitCode == 3)
        }
    }

    @Test func handlesOfOneFutureAreEqual() async throws {
        try await withExecutor { executor, _ in
            let future = try await executor.submit(double, 1)
            let again = try await executor.future(id: future.id, of: double)
            let other = try await executor.submit(double, 1)
            #expect(future == again)
            #expect(future != other)
            #expect(Set([future, again, other]).count == 2)
        }
    }

    @Test func callbacksRunOnceInOrderAndAtOnceWhenDone() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let future = try await executor.submit(waitForGate, place.directory)
            let (calls, call) = AsyncStream<Int>.makeStream()
            for number in 1...3 { future.addDoneCallback { _ in call.yield(number) } }
            await gate.open(place.directory)
            var seen: [Int] = []
            for await number in calls {
                seen.append(number)
                if seen.count == 3 { break }
            }
            #expect(seen == [1, 2, 3])
            var isCalled = false
            withExtendedLifetime(future) {
                let flag = Flag()
                future.addDoneCallback { _ in flag.raise() }
                isCalled = flag.isRaised
            }
            #expect(isCalled, "what is known to have ended calls in the caller's thread")
        }
    }
}
