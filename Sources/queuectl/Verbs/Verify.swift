import ArgumentParser
import FutureJournal
import FutureModel

struct Verify: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every invariant of the journal.",
        discussion: """
            Reads one moment of the journal, whether or not a daemon writes meanwhile, and \
            changes nothing. Exits with 0 if every invariant holds, and with 1 if one does not: \
            then a line for each violation, with the invariant, the future it is about, and what \
            is wrong. A file that cannot be opened as a journal at all is refused with 70.

            Examples:
              queuectl verify
              queuectl verify --json | jq -r '.violations[].message'
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var reading: ReadOptions

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let reader = try JournalReader.open(try journal.location, forVerification: true)
        defer { reader.close() }
        let console = session.console
        let found = try await reader.verify { progress in
            console.progress(
                "checking \(progress.rulesDone + 1) of \(progress.ruleCount) rules")
        }
        console.endProgress()
        if reading.json {
            try console.json(found)
        } else {
            for violation in found.violations { console.line(violation.line) }
            console.note(found.summary)
        }
        return found.exitCode
    }
}

extension Verification.Violation {
    var line: String {
        "\(invariant)  \(future.map { "future \($0)" } ?? "journal")  \(message)"
    }
}

extension Verification {
    var exitCode: Int32 {
        violations.isEmpty ? ExitStatusCode.succeeded : ExitStatusCode.failed
    }

    var summary: String {
        let futures = "\(futures) \(futures == 1 ? "future" : "futures"), \(rules) rules"
        if violations.isEmpty { return "\(futures): every invariant holds." }
        let word = violations.count == 1 ? "violation" : "violations"
        return "\(futures): \(violations.count) \(word) of an invariant."
    }
}
