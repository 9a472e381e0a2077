import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ExerciseTests {
    @Test(arguments: JournalExercise.all)
    func sqliteJournal(_ exercise: JournalExercise) async throws {
        let place = try TemporaryJournal()
        try await exercise.run { time in try await place.open(time: time) }
    }
}
