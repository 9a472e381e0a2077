import FutureJournal
import FutureModel
import GRDB
import TestSupport
import Testing

/// The schema refuses what the program must never do, whoever asks for it.
@Suite(.timeLimit(.minutes(10)))
struct RefereeTests {
    private static let ended = [
        "UPDATE futures SET state = 'pending', finished_at_ms = NULL WHERE id = 1",
        "UPDATE futures SET finished_at_ms = 1 WHERE id = 1",
        "UPDATE futures SET attempt = 9 WHERE id = 1",
        "DELETE FROM futures WHERE id = 1",
        """
        REPLACE INTO futures (id, queue, task, pool, priority, submitted_at_ms)
        VALUES (1, 'q', 't', 'thread', 0, 0)
        """,
        "UPDATE outcomes SET value = '4' WHERE future_id = 1",
        "DELETE FROM outcomes WHERE future_id = 1",
        "REPLACE INTO outcomes (future_id, state, value) VALUES (1, 'succeeded', '4')",
        "UPDATE requests SET arguments = '[]' WHERE future_id = 1",
        "DELETE FROM requests WHERE future_id = 1",
        // Future 2 is running, 3 is pending.
        "UPDATE futures SET state = 'failed', finished_at_ms = 1, token = NULL WHERE id = 2",
        "UPDATE futures SET token = NULL WHERE id = 2",
        "UPDATE futures SET hold = 'run_at' WHERE id = 2",
        "UPDATE futures SET state = 'running' WHERE id = 3",
        "UPDATE futures SET state = 'done' WHERE id = 3",
        "UPDATE futures SET hold = 'run_at' WHERE id = 3",
        "UPDATE futures SET due_ms = 5 WHERE id = 3",
        "UPDATE futures SET pool = NULL WHERE id = 3",
        "UPDATE futures SET state = 'cancelled', finished_at_ms = 1 WHERE id = 3",
        "DELETE FROM futures WHERE id = 3",
        "UPDATE counts SET count = -1",
        """
        INSERT INTO futures (queue, task, pool, priority, submitted_at_ms, state, finished_at_ms)
        VALUES ('q', 't', 'thread', 0, 0, 'failed', 1)
        """,
    ]

    @Test(arguments: ended)
    func refuses(_ sql: String) async throws {
        let place = try TemporaryJournal()
        let time = ManualTime()
        let journal = try await place.open(time: time)
        let subject = JournalUnderTest(journal: journal, time: time)
        _ = try await subject.submit()
        try await subject.settle(subject.claimOne().id)
        _ = try await subject.submit()
        _ = try await subject.claimOne()
        _ = try await subject.submit()
        await journal.close()

        let database = try DatabaseQueue(path: place.location.path)
        let error = await #expect(throws: DatabaseError.self) {
            try await database.write { try $0.execute(sql: sql) }
        }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
        try database.close()
    }

    @Test func idsAreNeverReused() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let first = try await subject.submit()
            let second = try await subject.submit()
            #expect(first == 1 && second == 2)
        }
    }
}
