import ArgumentParser
import FutureModel

struct Retry: Verb {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Submit again what ended futures were asked to do; print the new ids.",
        discussion: """
            The old futures stay as they are. Options are those of the old future; its key is \
            not repeated.

            Examples:
              queuectl retry 7
              queuectl retry $(queuectl list --state failed --json | jq '.[].id')
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var futures: FutureIDs

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let ids = try await service.retry(futures.unique)
        for id in ids { session.console.line(id.description) }
        await PendingNotes.write(
            { () throws(QueueError) in
                try await service.records(ids).map { ($0.id, $0.task) }
            }, service: service, console: session.console)
        return ExitStatusCode.succeeded
    }
}
