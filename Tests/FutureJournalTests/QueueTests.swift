import FutureJournal
import FutureModel
import GRDB
import TestSupport
import Testing

/// Settings of queues that stand in the journal are respected by claims.
@Suite(.timeLimit(.minutes(10)))
struct QueueTests {
    private func reopened(
        _ sql: String, _ body: (JournalUnderTest) async throws -> Void
    ) async throws {
        let place = try TemporaryJournal()
        let time = ManualTime()
        let first = try await place.open(time: time)
        for _ in 0..<3 {
            let subject = JournalUnderTest(journal: first, time: time)
            _ = try await subject.submit { $0.queue = "a" }
            _ = try await subject.submit { $0.queue = "b" }
        }
        await first.close()
        let database = try DatabaseQueue(path: place.location.path)
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
        let second = try await place.open(time: time)
        try await body(JournalUnderTest(journal: second, time: time))
        await second.close()
    }

    @Test func aPausedQueueIsPassedOver() async throws {
        try await reopened("UPDATE queues SET paused = 1 WHERE name = 'a'") { subject in
            let queues = try await subject.claim(limit: 9).map(\.options.queue)
            #expect(queues == ["b", "b", "b"])
        }
    }

    @Test func aFullQueueIsPassedOverUntilOneEnds() async throws {
        try await reopened("UPDATE queues SET max_running = 2 WHERE name = 'a'") { subject in
            let claimed = try await subject.claim(limit: 9)
            #expect(claimed.map(\.options.queue).sorted() == ["a", "a", "b", "b", "b"])
            #expect(try await subject.claim(limit: 9) == [])
            let ended = try #require(claimed.first { $0.options.queue == "a" })
            try await subject.settle(ended.id)
            #expect(try await subject.claim(limit: 9).map(\.options.queue) == ["a"])
        }
    }
}
