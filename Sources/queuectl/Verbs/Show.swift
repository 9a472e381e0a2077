import ArgumentParser
import FutureModel

struct Show: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a future.",
        discussion: """
            With --json an object; of several futures an array of them.

            Examples:
              queuectl show 7
              queuectl show --json 7 | jq .exit_code
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var futures: FutureIDs

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let records = try await service.records(futures.unique)
        if reading.json {
            if records.count == 1 {
                try session.console.json(records[0])
            } else {
                try session.console.json(records)
            }
            return ExitStatusCode.succeeded
        }
        let sheets = records.map { RecordSheet(record: $0, session: session).text }
        session.console.block(sheets.joined(separator: "\n\n"))
        return ExitStatusCode.succeeded
    }
}
