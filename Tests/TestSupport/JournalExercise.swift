package import FutureJournal
package import FutureModel

/// Makes a new, empty journal that lives on the given time.
package typealias JournalFactory = @Sendable (any TimeSource) async throws -> any Journal

/// What every journal must do, whatever stores it: one case for each behaviour.
package struct JournalExercise: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (JournalUnderTest) async throws -> Void

    init(
        _ description: String, _ body: @escaping @Sendable (JournalUnderTest) async throws -> Void
    ) {
        self.description = description
        self.body = body
    }

    package static let all = guards + unguarded
    /// All but the guards of what runs.
    package static let unguarded = life + order + holds + keys + management + reading

    /// Runs over a journal of its own, which is closed in the end.
    package func run(make: JournalFactory) async throws {
        let time = ManualTime()
        let journal = try await make(time)
        let subject = JournalUnderTest(journal: journal, time: time)
        do {
            try await body(subject)
            try await subject.checkCounts()
        } catch {
            await journal.close()
            throw error
        }
        await journal.close()
    }
}

/// Runs every exercise over journals that `make` makes.
package func exerciseJournal(make: @escaping JournalFactory) async throws {
    for exercise in JournalExercise.all { try await exercise.run(make: make) }
}
