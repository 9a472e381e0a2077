import FutureModel
import Testing

@testable import FutureEngine

/// Waits for many that had ended before.
@Suite(.timeLimit(.minutes(10)))
struct EndedFuturesTests {
    /// Too large to be kept in memory.
    private let value = Payload(json: "\"\(String(repeating: "x", count: 2000))\"")

    private func withEnded(
        _ count: Int, _ body: (Fixture, [FutureID]) async throws -> Void
    ) async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(count)
            for _ in ids {
                let id = await fixture.pool.nextStart().id.future
                fixture.pool.end(id, .returned(value))
            }
            for id in ids { _ = try await fixture.end(of: id) }
            try await body(fixture, ids)
        }
    }

    @Test func eachIsToldOnceBeforeThoseThatEndLater() async throws {
        try await withEnded(3 * EndedFutures.portion) { fixture, ended in
            let later = try await fixture.submit(2)
            let first = await fixture.pool.nextStart().id.future
            var ends = try await fixture.engine.completions(of: later + ended).makeAsyncIterator()
            fixture.pool.end(first)
            fixture.pool.end(await fixture.pool.nextStart().id.future)
            var seen: [FutureSnapshot] = []
            while let snapshot = try await ends.next() { seen.append(snapshot) }
            #expect(seen.map(\.id) == ended + later)
            #expect(seen.prefix(ended.count).allSatisfy { $0.outcome == .succeeded(value) })
            #expect(fixture.engine.hub.open.isEmpty)
        }
    }

    @Test func anUnknownOneIsAnErrorBeforeAnything() async throws {
        try await withEnded(EndedFutures.portion) { fixture, ids in
            await #expect {
                _ = try await fixture.engine.completions(of: ids + [9999])
            } throws: {
                ($0 as? QueueError)?.code == .noSuchFuture
            }
        }
    }

    @Test func whatIsNotTakenIsNotRead() async throws {
        try await withEnded(3 * EndedFutures.portion) { fixture, ids in
            var ends = try await fixture.engine.completions(of: ids).makeAsyncIterator()
            #expect(try await ends.next()?.id == ids[0])
            fixture.engine.interrupt(now: true)
            _ = await fixture.engine.waitUntilStopped()
            var count = 1
            await #expect {
                while try await ends.next() != nil { count += 1 }
            } throws: {
                ($0 as? QueueError)?.code == .shutDown
            }
            #expect(count == EndedFutures.portion)
        }
    }
}
