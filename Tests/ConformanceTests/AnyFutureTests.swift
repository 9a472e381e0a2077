import ConformanceTasks
import DurableFutures
import TestSupport
import Testing

/// Waits for futures of several types at once.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AnyFutureTests {
    @Test("futures of several types in one wait", .statement(38, 39, 54))
    func severalTypes() async throws {
        try await withExecutor(workers: 1) { executor, _ in
            let number = try await executor.submit(double, 21)
            let text = try await executor.submit(echo, "text")
            let refusal = try await executor.submit(refuse, "four")
            let all = [AnyFuture(number), AnyFuture(text), AnyFuture(refusal), AnyFuture(text)]
            let (done, notDone) = try await wait(all)
            #expect(done == Set(all) && done.count == 3 && notDone.isEmpty)
            var values: [String] = []
            for try await future in asCompleted(all) {
                do {
                    let value = try await future.result()
                    values.append("\(future.id): \(value)")
                } catch {
                    values.append("\(future.id): \((error as? Refusal)?.code ?? 0)")
                }
            }
            #expect(
                Set(values) == ["\(number.id): 42", "\(text.id): text", "\(refusal.id): 4"])
            let value = try await AnyFuture(number).result() as? Int
            #expect(value == 42)
        }
    }

    @Test("an erased handle is the same future", .statement(13, 15, 31))
    func sameFuture() async throws {
        try await withExecutor(workers: 1) { executor, place in
            let gate = Gate(in: place.directory)
            let held = try await executor.submit(hold, gate.key)
            await gate.arrival()
            let pending = try await executor.submit(double, 1)
            let erased = AnyFuture(pending)
            #expect(erased == AnyFuture(pending) && erased != AnyFuture(held))
            #expect(erased.id == pending.id)
            let (calls, call) = AsyncStream<String>.makeStream()
            pending.addDoneCallback { _ in call.yield("typed") }
            erased.addDoneCallback { _ in call.yield("erased") }
            let isCancelled = try await erased.cancel()
            #expect(isCancelled)
            var said: [String] = []
            for await text in calls {
                said.append(text)
                if said.count == 2 { break }
            }
            #expect(said == ["typed", "erased"])
            #expect("\(pending)" == "\(erased)", "what one knows the other knows")
            await #expect(throws: CancelledError.self) { try await erased.result() }
            let isRunning = try await AnyFuture(held).isRunning
            #expect(isRunning)
            gate.open()
        }
    }

    @Test("what a command wrote is its value here too")
    func command() async throws {
        try await withExecutor(workers: 1) { executor, _ in
            let future = try await executor.submit(command: Command(["echo", "hello"]))
            let value = try await AnyFuture(future).result() as? CommandResult
            #expect(value?.stdout == "hello\n")
        }
    }
}
