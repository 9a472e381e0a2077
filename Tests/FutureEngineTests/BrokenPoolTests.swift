import FutureModel
import Synchronization
import TestSupport
import Testing

@testable import FutureEngine

/// Waits for a pool that none of its workers can start in.
@Suite(.timeLimit(.minutes(10)))
struct BrokenPoolTests {
    private func isBroken(_ error: any Error) -> Bool {
        (error as? QueueError)?.code == .brokenPool
    }

    @Test func waitsThatHaveBegunEnd() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            let ends = try await fixture.engine.completions(of: [ids[1]])
            let end = Task { try await fixture.engine.end(of: ids[1]) }
            while fixture.engine.hub.open.count < 2 { await Task.yield() }
            fixture.engine.poolBroke(.thread, "no")
            await #expect(performing: { for try await _ in ends {} }, throws: isBroken)
            await #expect(performing: { _ = try await end.value }, throws: isBroken)
        }
    }

    @Test func waitsThatBeginLaterEndAtOnce() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            _ = await fixture.pool.nextStart()
            fixture.engine.poolBroke(.thread, "no")
            let engine = fixture.engine
            await #expect(
                performing: { _ = try await engine.completions(of: [ids[1]]) }, throws: isBroken)
            await #expect(performing: { _ = try await engine.end(of: ids[1]) }, throws: isBroken)
            while !engine.hub.open.isEmpty { await Task.yield() }
        }
    }

    /// Or one that begins in the moment in which a pool breaks would be missed.
    @Test func aWaitIsAmongTheOpenOnesBeforeItLooksForBrokenPools() async throws {
        let hub = CompletionHub()
        hub.begin(after: 0)
        hub.submitted([1])
        let openCount = Mutex<Int?>(nil)
        async let end = hub.end(of: 1) { _ in openCount.withLock { $0 = hub.open.count } }
        while openCount.withLock({ $0 }) == nil { await Task.yield() }
        #expect(openCount.withLock { $0 } == 1)
        hub.publish([FutureSnapshot(id: 1, state: .succeeded, outcome: .succeeded(.null))])
        #expect(try await end?.state == .succeeded)
    }
}
