import ConformanceTasks
import FutureJournal
import Synchronization
import TestSupport
import Testing

@testable import DurableFutures

/// Waiting for one future, errors, and callbacks, over the three kinds of handle.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FutureTests {
    @Test(
        "result() and exception() wait for the end", .statement(2, 5, 23, 25, 122),
        arguments: HandleKind.allCases)
    func waiting(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            async let value = states.running.result()
            async let error = states.pending.exception(timeout: .seconds(60))
            states.gate.open()
            let ends = (try await value, try await error)
            #expect(ends.0 == states.gate.key)
            #expect(ends.1 == nil)
        }
    }

    @Test(
        "a wait ends at once by a cancellation elsewhere", .statement(24),
        arguments: HandleKind.allCases)
    func cancelledElsewhere(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            async let end = states.pending.outcome()
            let isCancelled = try await states.pending.cancel()
            #expect(isCancelled)
            guard case .cancelled = try await end else {
                Issue.record("it was cancelled")
                return
            }
        }
    }

    @Test("a time-out below zero tests and throws", .statement(26), arguments: HandleKind.allCases)
    func timeouts(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for timeout in [Duration.zero, .seconds(-1), .milliseconds(5)] {
                await expectTimeOut { try await states.running.result(timeout: timeout) }
                let value = try await states.succeeded.result(timeout: timeout)
                #expect(value == "value")
            }
        }
    }

    @Test(
        "a registered error comes back as itself, each time", .statement(27),
        arguments: HandleKind.allCases)
    func registered(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for _ in 0..<2 {
                await #expect(throws: Refusal(code: 7)) { try await states.failed.result() }
            }
        }
    }

    @Test(
        "a state that has ended never changes", .statement(7, 8, 119),
        arguments: HandleKind.allCases)
    func finality(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for future in [states.cancelled, states.failed, states.succeeded] {
                let before = try await future.state
                _ = try await future.cancel()
                let termination = try await future.terminate()
                #expect(termination == .tooLate(before))
                let after = try await future.state
                #expect(after == before)
            }
        }
    }

    @Test("terminate says what it did", .statement(22), arguments: HandleKind.allCases)
    func terminate(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let pending = try await states.pending.terminate()
            let running = try await states.running.terminate(grace: .seconds(30))
            #expect(pending == .neverRan)
            #expect(running == .terminated)
            let again = try await states.running.terminate()
            #expect(again == .tooLate(.cancelled))
        }
    }

    // MARK: Callbacks

    @Test(
        "callbacks run once each, in the order of adding, with the future", .statement(31, 32, 37),
        arguments: HandleKind.allCases)
    func callbacks(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let (calls, call) = AsyncStream<(Int, Future<String>)>.makeStream()
            for number in [1, 2, 2] {
                states.running.addDoneCallback { call.yield((number, $0)) }
            }
            states.gate.open()
            var seen: [Int] = []
            for await (number, future) in calls {
                #expect(future == states.running)
                seen.append(number)
                if seen.count == 3 { break }
            }
            #expect(seen == [1, 2, 2])
        }
    }

    @Test("a callback sees the end", .statement(31, 36), arguments: HandleKind.allCases)
    func callbackOnCancel(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let (calls, call) = AsyncStream<String>.makeStream()
            states.pending.addDoneCallback { call.yield("\($0)") }
            try await states.pending.cancel()
            try await states.pending.cancel()
            for await description in calls {
                #expect(description == "<Future \(states.pending.id) cancelled>")
                break
            }
        }
    }

    @Test(
        "one that is added late is called at once", .statement(33), arguments: HandleKind.allCases)
    func lateCallback(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            for future in [states.cancelled, states.failed, states.succeeded] {
                _ = try? await future.result()
                let called = Mutex(false)
                future.addDoneCallback { _ in called.withLock { $0 = true } }
                #expect(called.withLock { $0 }, "in the caller's thread")
            }
        }
    }

    @Test(
        "by the time of a callback all agree, and it may use the future", .statement(9, 31),
        arguments: HandleKind.allCases)
    func afterTheChange(_ kind: HandleKind) async throws {
        try await withStates(kind) { states in
            let (calls, call) = AsyncStream<String>.makeStream()
            states.running.addDoneCallback { future in
                call.yield("\(future)")
                // No lock is held: this is called at once, by this very thread.
                future.addDoneCallback { call.yield("again \($0)") }
                call.yield("after")
            }
            states.gate.open()
            var said: [String] = []
            for await text in calls {
                said.append(text)
                if said.count == 3 { break }
            }
            let known = "<Future \(states.running.id) succeeded>"
            #expect(said == [known, "again \(known)", "after"])
            let value = try await states.running.result(timeout: .zero)
            #expect(value == states.gate.key)
            let (done, _) = try await wait([states.running], timeout: .zero)
            #expect(done == [states.running])
            let stored = try await states.running.core.service.snapshots([states.running.id])[0]
            #expect(stored.outcome != nil && stored.state == .succeeded, "it is durable by then")
        }
    }
}
