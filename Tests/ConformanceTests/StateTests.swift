import ConformanceTasks
import DurableFutures
import TestSupport
import Testing

/// What each call gives in each state, over the three kinds of handle.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StateTests {
    @Test("the five states", .statement(1), arguments: HandleKind.allCases)
    func states(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (expected, future) in states.all {
                let state = try await future.state
                #expect(state == expected)
            }
        }
    }

    @Test("cancel() in each state", .statement(3, 15), arguments: HandleKind.allCases)
    func cancel(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let expected: [FutureState: Bool] = [
                .pending: true, .running: false, .cancelled: true, .failed: false,
                .succeeded: false,
            ]
            for (state, future) in states.all {
                let isCancelled = try await future.cancel()
                #expect(isCancelled == expected[state], "\(state)")
                let now = try await future.state
                #expect(now == (state == .pending ? .cancelled : state))
            }
        }
    }

    @Test("cancelled() in each state", .statement(16), arguments: HandleKind.allCases)
    func isCancelled(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (state, future) in states.all {
                let isCancelled = try await future.isCancelled
                #expect(isCancelled == (state == .cancelled), "\(state)")
            }
        }
    }

    @Test("running() in each state", .statement(17), arguments: HandleKind.allCases)
    func isRunning(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (state, future) in states.all {
                let isRunning = try await future.isRunning
                #expect(isRunning == (state == .running), "\(state)")
            }
        }
    }

    @Test("done() in each state", .statement(18), arguments: HandleKind.allCases)
    func isDone(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (state, future) in states.all {
                let isDone = try await future.isDone
                #expect(isDone == state.isTerminal, "\(state)")
            }
        }
    }

    @Test("result(timeout: 0) in each state", .statement(19), arguments: HandleKind.allCases)
    func result(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for future in [states.pending, states.running] {
                await expectTimeOut { try await future.result(timeout: .zero) }
            }
            await #expect(throws: CancelledError.self) {
                try await states.cancelled.result(timeout: .zero)
            }
            await #expect(throws: Refusal(code: 7)) {
                try await states.failed.result(timeout: .zero)
            }
            let value = try await states.succeeded.result(timeout: .zero)
            #expect(value == "value")
        }
    }

    @Test("exception(timeout: 0) in each state", .statement(20), arguments: HandleKind.allCases)
    func exception(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for future in [states.pending, states.running] {
                await expectTimeOut { try await future.exception(timeout: .zero) }
            }
            await #expect(throws: CancelledError.self) {
                try await states.cancelled.exception(timeout: .zero)
            }
            let error = try await states.failed.exception(timeout: .zero)
            #expect(error as? Refusal == Refusal(code: 7))
            let none = try await states.succeeded.exception(timeout: .zero)
            #expect(none == nil)
        }
    }

    @Test(
        "seen as done by wait and asCompleted", .statement(21, 47),
        arguments: HandleKind.allCases)
    func seenAsDone(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let futures = states.all.map(\.1)
            let ended: Set = [states.cancelled, states.failed, states.succeeded]
            let (done, notDone) = try await wait(futures, timeout: .zero)
            #expect(done == ended)
            #expect(notDone == [states.pending, states.running])
            var yielded: Set<Future<String>> = []
            await expectTimeOut {
                for try await future in asCompleted(futures, timeout: .zero) {
                    yielded.insert(future)
                }
            }
            #expect(yielded == ended)
        }
    }

    @Test("a snapshot is of one moment", .statement(14), arguments: HandleKind.allCases)
    func snapshot(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (state, future) in states.all {
                let snapshot = try await future.snapshot()
                #expect(snapshot.state == state)
                switch snapshot.outcome {
                case nil: #expect(!state.isTerminal)
                case .succeeded(let value)?:
                    #expect(state == .succeeded && value == "value")
                case .failed(let error)?:
                    #expect(state == .failed && error as? Refusal == Refusal(code: 7))
                case .cancelled?: #expect(state == .cancelled)
                }
            }
        }
    }

    @Test("how a handle prints", .statement(10), arguments: HandleKind.allCases)
    func description(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for (state, future) in states.all {
                _ = try? await future.result(timeout: .zero)
                let known = state.isTerminal ? "\(state)" : "not known to have ended"
                #expect("\(future)" == "<Future \(future.id) \(known)>")
            }
        }
    }

    @Test("handles of one future are equal", .statement(13), arguments: HandleKind.allCases)
    func equality(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let all = states.all.map(\.1)
            #expect(Set(all + all).count == all.count)
            #expect(states.pending != states.running)
        }
    }
}

/// Expects `body` to end by its own time-out, which is no error of a task.
func expectTimeOut<Value>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async {
    await expect(.timedOut, sourceLocation: sourceLocation, body)
}

/// Expects `body` to fail with `code`.
func expect<Value>(
    _ code: QueueError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record("did not fail with \(code)", sourceLocation: sourceLocation)
    } catch {
        #expect(
            (error as? QueueError)?.code == code, "\(error)", sourceLocation: sourceLocation)
    }
}
