import Foundation
import FutureModel
import FuturePools
import Synchronization
import TestSupport
import Testing

@testable import FutureEngine

/// Following what has not begun, and what is silent.
@Suite(.timeLimit(.minutes(10)))
struct FollowTests {
    /// An engine whose only slot is taken, and a future that waits for it.
    private func withPending(
        _ place: TemporaryJournal? = nil, _ body: (Fixture, FutureID) async throws -> Void
    ) async throws {
        try await withEngine(place: place) { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            try await body(fixture, ids[1])
        }
    }

    private func followers(_ fixture: Fixture) -> Int {
        fixture.engine.state.withLock { $0.followers.values.map(\.count).reduce(0, +) }
    }

    @Test func whoLetsGoIsForgotten() async throws {
        try await withPending { fixture, id in
            for _ in 0..<3 {
                let chunks = try await fixture.engine.followOutput(id)
                let reading = Task { for try await _ in chunks {} }
                while followers(fixture) == 0 { await Task.yield() }
                reading.cancel()
                _ = await reading.result
                while followers(fixture) > 0 { await Task.yield() }
            }
            #expect(fixture.engine.state.withLock { $0.followers.isEmpty })
        }
    }

    /// A function has no output.
    @Test func whoFollowsAFunctionWaitsUntilItEnds() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            let chunks = try await fixture.engine.followOutput(id)
            #expect(try await fixture.state(id) == .running)
            fixture.pool.end(id)
            for try await chunk in chunks { Issue.record("a function wrote \(chunk)") }
        }
    }

    /// The pool has its follower before it has the attempt.
    @Test func whoRunsACommandFollowsItBeforeItBegins() async throws {
        try await withEngine(.command) { fixture in
            let future = try await fixture.engine.run(Submission(Command(["true"])))
            _ = await fixture.pool.nextStart()
            let follower = try #require(fixture.pool.earlyFollowers.first)
            follower.take(OutputChunk(stream: .stdout, bytes: Data("1".utf8)))
            fixture.pool.end(future.id)
            var seen: [OutputChunk] = []
            for try await chunk in future.output { seen.append(chunk) }
            #expect(seen == [OutputChunk(stream: .stdout, bytes: Data("1".utf8))])
        }
    }

    /// A key may name what has long ended.
    @Test func whoRunsWhatHasEndedGetsNoMore() async throws {
        try await withEngine(.command) { fixture in
            let submission = try Submission(
                Command(["true"]), options: SubmitOptions(key: "once"))
            let first = try await fixture.engine.run(submission)
            _ = await fixture.pool.nextStart()
            fixture.pool.end(first.id)
            for try await _ in first.output {}
            let second = try await fixture.engine.run(submission)
            #expect(second.id == first.id)
            for try await chunk in second.output { Issue.record("it wrote \(chunk)") }
        }
    }

    @Test func whoLetsGoOfASilentCommandIsForgotten() async throws {
        try await withEngine(.command) { fixture in
            let id = try await fixture.submit()[0]
            _ = await fixture.pool.nextStart()
            let chunks = try await fixture.engine.followOutput(id)
            let reading = Task { for try await _ in chunks {} }
            let follower = await fixture.pool.nextFollower()
            reading.cancel()
            _ = await reading.result
            while !follower.isOver || followers(fixture) > 0 { await Task.yield() }
        }
    }

    @Test func itEndsWithAnEngineWhoseDiskFails() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let disk = try FailingDisk(place.directory)
        try await withPending(place) { fixture, id in
            let chunks = try await fixture.engine.followOutput(id)
            while followers(fixture) == 0 { await Task.yield() }
            disk.fail(.sync, number: 1, .broken, forever: false)
            await JournalUnderTest.fails(.ioError) { _ = try await fixture.submit() }
            await JournalUnderTest.fails(.ioError) { for try await _ in chunks {} }
        }
    }
}
