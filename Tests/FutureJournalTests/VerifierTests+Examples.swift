import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

extension VerifierTests {
    /// 1 succeeded, 2 failed, 3 cancelled before it ran, 4 cancelled while it ran, 5 running,
    /// 6 pending, 7 held after an error, 8 held until its time, 9 unknown, 10 interrupted, crashed
    /// and recovered, 11 a command with a key that succeeded.
    static func exampleJournal() async throws -> TemporaryJournal {
        let place = try TemporaryJournal()
        let time = ManualTime()
        let journal = try await place.open(time: time)
        let subject = JournalUnderTest(journal: journal, time: time)
        for _ in 1...2 { _ = try await subject.submit() }
        try await subject.settle(subject.claimOne().id)
        let failure = TaskFailure(type: "Oops", message: "no", attempt: 1)
        try await subject.settle(subject.claimOne().id, .failed(failure))
        let third = try await subject.submit()
        _ = try await journal.cancelPending([third], reason: "cancelled")
        _ = try await subject.submit()
        let fourth = try await subject.claimOne()
        try await journal.note("cancel_requested", of: fourth.id.future, detail: nil)
        try await subject.settle(fourth.id, .cancelled(reason: "cancelled while it ran"))
        _ = try await subject.submit { $0.onCrash = .fail }
        _ = try await subject.claimOne()
        _ = try await subject.submit { $0.priority = -10 }
        let seventh = try await subject.submit { $0.retry.maxAttempts = 2 }
        let error = try await subject.claimOne()
        #expect(error.id.future == seventh)
        try await subject.requeue(
            error.id, .error(failure), notBefore: time.now() + .seconds(60))
        _ = try await subject.submit { $0.runAt = time.now() + .seconds(60) }
        _ = try await subject.submit("nobody")
        try await tenth(subject)
        var options = SubmitOptions()
        options.key = "k"
        _ = try await journal.submit(
            [Submission(Command(["true"]), options: options)], routes: JournalUnderTest.routes)
        try await subject.settle(
            subject.claimOne(.command).id, .succeeded(.null), output: CapturedOutput())
        await journal.close()
        return place
    }

    private static func tenth(_ subject: JournalUnderTest) async throws {
        let id = try await subject.submit { $0.priority = 5 }
        let interrupted = try await subject.claimOne()
        #expect(interrupted.id.future == id)
        try await subject.requeue(interrupted.id)
        let crashed = try await subject.claimOne()
        let died = TaskFailure(type: TaskFailure.workerDied, message: "died", attempt: 2)
        let recovered = try await subject.journal.recover([
            (crashed.id, .requeue(.crash(died, charged: true), delay: .zero))
        ])
        #expect(recovered == 1)
        try await subject.settle(subject.claimOne().id)
    }

    static let damages = [
        Damage(
            "I13", nil, "The schema's trigger",
            "CREATE TRIGGER x DELETE ON events BEGIN SELECT 1; END"),
        Damage("I13", nil, "The schema's index", "DROP INDEX futures_due"),
        Damage("I13", nil, "A rule of", "DROP TABLE attempts"),
        Damage("I2", nil, "It belongs to", "INSERT INTO dependencies VALUES (6, 77)"),
        Damage(
            "I11", 11, "Its id is above",
            "UPDATE sqlite_sequence SET seq = 10 WHERE name = 'futures'"),
        Damage("I11", -1, "An id is not", "UPDATE futures SET id = -1 WHERE id = 6"),
        Damage("I11", 6, "It repeats", "UPDATE futures SET retry_of = 7 WHERE id = 6"),
        Damage(
            "I2", 1, "Several futures",
            "DROP INDEX futures_key; UPDATE futures SET key = 'k' WHERE id = 1"),
        Damage("I2", 6, "What was asked for", "DELETE FROM requests WHERE future_id = 6"),
        Damage("I2", 6, "Its queue", "UPDATE futures SET queue = 'lost' WHERE id = 6"),
        Damage(
            "I4", nil, "The count of", "UPDATE counts SET count = count + 1 WHERE state = 'failed'"),
        Damage("I4", nil, "The count of", "DELETE FROM counts WHERE state = 'cancelled'"),
        Damage(
            "I3", 1, "It is succeeded and has no",
            "UPDATE futures SET finished_at_ms = NULL WHERE id = 1"),
        Damage(
            "I3", 2, "It has ended, and",
            "UPDATE outcomes SET state = 'cancelled' WHERE future_id = 2"),
        Damage("I3", 1, "It has ended, and", "DELETE FROM outcomes WHERE future_id = 1"),
        Damage(
            "I3", 6, "It is pending and has an outcome",
            "INSERT INTO outcomes (future_id, state, value) VALUES (6, 'succeeded', '1')"),
        Damage(
            "I3", 5, "It is running and has a finish",
            "UPDATE futures SET finished_at_ms = 1 WHERE id = 5"),
        Damage(
            "I3", 1, "Its outcome does not", "UPDATE outcomes SET value = NULL WHERE future_id = 1"),
        Damage(
            "I5", 5, "It is running with a token", "UPDATE futures SET token = NULL WHERE id = 5"),
        Damage("I5", 6, "It is pending with a token", "UPDATE futures SET token = 9 WHERE id = 6"),
        Damage("I5", 5, "It runs in no pool", "UPDATE futures SET pool = NULL WHERE id = 5"),
        Damage(
            "I4", 5, "It is running and is held",
            "UPDATE futures SET hold = 'dependency' WHERE id = 5"),
        Damage("I4", 7, "Its hold retry", "UPDATE futures SET due_ms = NULL WHERE id = 7"),
        Damage("I4", 8, "Its hold run_at", "UPDATE futures SET due_ms = 5 WHERE id = 8"),
        Damage("I4", 6, "It could be claimed", "UPDATE futures SET pool = NULL WHERE id = 6"),
        Damage(
            "I4", 6, "It is held for another", "UPDATE futures SET hold = 'dependency' WHERE id = 6"
        ),
        Damage(
            "I4", 6, "It is a add of another", "UPDATE futures SET pool = 'command' WHERE id = 6"),
        Damage(
            "I4", 1, "It has made 1 attempts",
            "UPDATE futures SET started_at_ms = NULL WHERE id = 1"),
        Damage("I4", 5, "It is running without", "UPDATE futures SET attempt = 0 WHERE id = 5"),
        Damage("I5", 1, "Its earlier attempts", "UPDATE futures SET attempt = 2 WHERE id = 1"),
        Damage("I5", 10, "Its earlier attempts", "DELETE FROM attempts WHERE number = 1"),
        Damage(
            "I5", 1, "Attempts are recorded",
            "INSERT INTO attempts (future_id, number, started_at_ms, ended_at_ms, ending) VALUES (1, 3, 1, 1, 'failed')"
        ),
        Damage("I5", 7, "What it was charged", "UPDATE futures SET errors = 0 WHERE id = 7"),
        Damage("I5", 7, "It has been tried more", "UPDATE futures SET errors = 2 WHERE id = 7"),
        Damage(
            "I7", 10, "It ran again after attempt 2",
            "UPDATE requests SET on_crash = 'fail' WHERE future_id = 10"),
        Damage(
            "I7", 10, "Attempt 2 was recovered",
            "INSERT INTO events (future_id, at_ms, event, attempt, detail) VALUES (10, 1, 'recovered', 2, 'crashed')"
        ),
        Damage(
            "I7", 10, "The recovery of attempt 2",
            "UPDATE events SET detail = 'cancelled' WHERE event = 'recovered'"),
        Damage(
            "I4", 2, "Its exception is that", "UPDATE outcomes SET attempt = 4 WHERE future_id = 2"),
        Damage(
            "I2", 6, "Its arguments are no JSON",
            "UPDATE requests SET arguments = '[1' WHERE future_id = 6"),
        Damage(
            "I2", 1, "The value of its outcome is no JSON",
            "UPDATE outcomes SET value = '' WHERE future_id = 1"),
        Damage(
            "I2", 2, "The exception of its outcome is no JSON",
            "UPDATE outcomes SET payload = '{' WHERE future_id = 2"),
        Damage(
            "I2", 7, "The exception of attempt 1 is no JSON",
            "UPDATE attempts SET payload = 'x' WHERE future_id = 7"),
        Damage("I4", 7, "The exception of", "UPDATE attempts SET attempt = 4 WHERE future_id = 7"),
        Damage(
            "I4", 5, "An output is kept",
            "INSERT INTO outputs VALUES (5, 1, x'00', 0, x'00', 0)"),
        Damage("I4", 4, "An event is of", "UPDATE events SET attempt = 8 WHERE future_id = 4"),
    ]
}
