import FutureJournal
import FutureModel
import GRDB
import TestSupport
import Testing

/// A future's outcome and its state reach the disk together or not at all.
@Suite(.timeLimit(.minutes(10)))
struct OutcomeCommitTests {
    /// Ways in which the disk could come to refuse one half of a settlement.
    private static let refusals = [
        """
        CREATE TRIGGER refusal BEFORE UPDATE ON futures WHEN NEW.finished_at_ms IS NOT NULL
        BEGIN SELECT RAISE(FAIL, 'not now'); END
        """,
        """
        CREATE TRIGGER refusal AFTER UPDATE ON futures WHEN NEW.finished_at_ms IS NOT NULL
        BEGIN SELECT RAISE(FAIL, 'not now'); END
        """,
        """
        CREATE TRIGGER refusal AFTER INSERT ON outcomes
        BEGIN SELECT RAISE(FAIL, 'not now'); END
        """,
        """
        CREATE TRIGGER refusal BEFORE UPDATE ON counts WHEN NEW.state = 'succeeded'
        BEGIN SELECT RAISE(FAIL, 'not now'); END
        """,
    ]

    @Test(
        "a settlement that is refused by half leaves nothing", .statement(120),
        arguments: refusals)
    func half(_ refusal: String) async throws {
        let place = try TemporaryJournal()
        let time = ManualTime()
        // One that has succeeded, so that its count is there to be changed.
        var journal = try await place.open(time: time)
        var subject = JournalUnderTest(journal: journal, time: time)
        _ = try await subject.submit()
        try await subject.settle(subject.claimOne().id)
        let reader = try JournalReader.open(place.location)
        // Planted under an open journal: one that is opened is checked for such.
        try await change(place, refusal)

        let id = try await subject.submit()
        let attempt = try await subject.claimOne().id
        await #expect(throws: QueueError.self) { try await subject.settle(attempt) }
        let snapshot = try await reader.snapshots([id])[0]
        #expect(snapshot == FutureSnapshot(id: id, state: .running, outcome: nil))
        let verification = try await reader.verify()
        // Only the trigger itself is out of place.
        #expect(verification.violations.allSatisfy { $0.invariant == "I13" })
        reader.close()
        await journal.close()
        #expect(try await rowCount(place, of: id) == 0)

        try await change(place, "DROP TRIGGER refusal")
        journal = try await place.open(time: time)
        subject = JournalUnderTest(journal: journal, time: time)
        try await subject.settle(attempt)
        #expect(try await subject.record(id).state == .succeeded)
        await journal.close()
        #expect(try await rowCount(place, of: id) == 1)
    }

    private func change(_ place: TemporaryJournal, _ sql: String) async throws {
        let database = try DatabaseQueue(path: place.location.path)
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    private func rowCount(_ place: TemporaryJournal, of id: FutureID) async throws -> Int? {
        let database = try DatabaseQueue(path: place.location.path)
        defer { try? database.close() }
        return try await database.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM outcomes WHERE future_id = ?",
                arguments: [id.rawValue])
        }
    }
}
