import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ExerciseTests {
    @Test(arguments: JournalExercise.unguarded)
    func sqliteJournal(_ exercise: JournalExercise) async throws {
        let place = try TemporaryJournal()
        try await exercise.run { time in try await place.open(time: time) }
    }

    @Test(
        "an attempt that has lost its claim changes nothing", .statement(7, 8, 121),
        arguments: JournalExercise.guards)
    func guards(_ exercise: JournalExercise) async throws {
        let place = try TemporaryJournal()
        try await exercise.run { time in try await place.open(time: time) }
    }
}
