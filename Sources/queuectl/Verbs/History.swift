import ArgumentParser
import FutureModel

struct History: Verb {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Print what has happened to a future: its attempts and events.",
        discussion: """
            Examples:
              queuectl history 7
              queuectl history --json 7 | jq '.[] | select(.event == "crashed")'
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var future: OneFutureID

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let entries = try await service.history(future.id)
        if reading.json {
            try session.console.json(entries)
            return ExitStatusCode.succeeded
        }
        var table = Table(header: ["TIME", "ATTEMPT", "EVENT", "DETAIL"])
        for entry in entries {
            let details = [
                entry.exception?.sentence, entry.exception?.place?.description, entry.detail,
            ].compactMap { $0 }
            table.append(
                LocalTime.text(entry.at, in: session.timeZone()),
                entry.attempt?.description ?? "-", entry.event, details.joined(separator: "; "))
        }
        session.console.block(table.text)
        return ExitStatusCode.succeeded
    }
}
