import ConformanceTasks
import DurableFutures
import Foundation
import FutureModel
import TestSupport
import Testing

/// Errors of tasks, as they come back over the three kinds of handle, from both pools.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ErrorTests {
    @Test(
        "another error comes back in words, with its attempt and where it ran",
        .statement(27, 98), arguments: HandleKind.allCases, ExecutorKind.allCases)
    func unregistered(_ kind: HandleKind, _ pool: ExecutorKind) async throws {
        try await withEnded(kind, pool, failPlainly, "[]") { future in
            for _ in 0..<2 {
                let failure = try #require(try await future.exception() as? TaskFailure)
                #expect(failure.message == "plain words")
                #expect(failure.type.hasSuffix("Plain"))
                #expect(failure.attempt == 1)
                let place = try #require(failure.place)
                #expect(place.pool == (pool == .threads ? .thread : .process))
                #expect(place.host == thisHost())
                let pid = try #require(place.pid)
                let isOurs = pid == getpid()
                #expect(isOurs == (kind == .submitted && pool == .threads))
                #expect(
                    "\(failure)".hasSuffix(
                        "Plain: plain words (attempt 1, \(place.pool) pool, pid \(pid) on "
                            + "\(thisHost()))"))
            }
        }
    }

    @Test(
        "a private error type has the same name in every process", .statement(27),
        arguments: HandleKind.allCases)
    func hidden(_ kind: HandleKind) async throws {
        try await withEnded(kind, .processes, failHidden, "[7]") { future in
            let exception = try #require(try await future.exception())
            #expect("\(exception)" == "hidden 7" && !(exception is TaskFailure))
        }
    }

    @Test(
        "a registered error comes back as itself from both pools", .statement(27),
        arguments: HandleKind.allCases, ExecutorKind.allCases)
    func registered(_ kind: HandleKind, _ pool: ExecutorKind) async throws {
        try await withEnded(kind, pool, refuse, #"["seven77"]"#) { future in
            for _ in 0..<2 {
                await #expect(throws: Refusal(code: 7)) { try await future.result() }
            }
        }
    }

    @Test(
        "an empty error is thrown", .statement(28), arguments: HandleKind.allCases,
        ExecutorKind.allCases)
    func falsy(_ kind: HandleKind, _ pool: ExecutorKind) async throws {
        try await withEnded(kind, pool, failFalsely, "[]") { future in
            await #expect(throws: Falsy.self) { try await future.result() }
            let error = try await future.exception()
            #expect(error is Falsy)
        }
    }

    @Test(
        "a task's own time-out is not the wait's", .statement(29),
        arguments: HandleKind.allCases, ExecutorKind.allCases)
    func ownTimeout(_ kind: HandleKind, _ pool: ExecutorKind) async throws {
        try await withEnded(kind, pool, timeOutItself, "[]") { future in
            for timeout in [Duration.seconds(60), .zero] {
                await #expect(throws: TaskFailure.self) {
                    try await future.result(timeout: timeout)
                }
            }
        }
    }

    @Test(
        "a task that exits ends its worker, not the pool", .statement(30, 90, 91),
        arguments: HandleKind.allCases)
    func exits(_ kind: HandleKind) async throws {
        try await withEnded(kind, .processes, exitWith, "[3]", followedBy: double) { future, next in
            let failure = try #require(try await future.exception() as? TaskFailure)
            #expect(failure.type == TaskFailure.workerDied)
            #expect(failure.exitCode == 3)
            let pid = try #require(failure.place?.pid)
            #expect(failure.message == "the worker process (pid \(pid)) exited with status 3")
            let value = try await next.result()
            #expect(value == 42)
        }
    }
}

/// As `uname -n` has it.
private func thisHost() -> String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: &name.nodename) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
