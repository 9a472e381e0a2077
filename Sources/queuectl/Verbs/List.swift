import ArgumentParser
import FutureModel

struct List: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List futures, newest first.",
        discussion: """
            TIME is how long a future has waited, has run so far, or ran. A future whose record \
            is damaged is named on standard error, and the exit code is then 70.

            Examples:
              queuectl list --state pending --state running
              queuectl list --queue mail --limit 20
              queuectl list --json | jq '.[].id'
            """)

    @OptionGroup var journal: JournalOptions

    @Option(help: "Only those in this state. Repeatable.")
    var state: [FutureState] = []

    @Option(help: ArgumentHelp("Only those in this queue.", valueName: "name"))
    var queue: String?

    @Option(help: ArgumentHelp("Only those of this function, or 'command'.", valueName: "name"))
    var task: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only those with a smaller id.", valueName: "id"))
    var before: FutureID?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many at most; up to \(Limits.listCount).", valueName: "n"))
    var limit = 100

    @OptionGroup var reading: ReadOptions

    func validate() throws {
        guard (1...Limits.listCount).contains(limit) else {
            throw ValidationError("--limit is between 1 and \(Limits.listCount).")
        }
    }

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connectToLook(session)
        let filter = ListFilter(
            states: state, queue: queue, task: task, before: before, limit: limit)
        let list = try await service.list(filter)
        let (records, unreadable) = (list.futures, list.unreadable ?? [])
        if reading.json {
            try session.console.json(records)
        } else if !records.isEmpty {
            session.console.block(RecordTable.text(records, now: session.time.now()))
        } else if unreadable.isEmpty {
            session.console.note("no such futures")
        }
        for future in unreadable { session.console.note("queuectl: \(future.message)") }
        let ids = records.map(\.id) + unreadable.map(\.id)
        if !reading.json, ids.count == limit, let last = ids.min() {
            session.console.note("there may be more: --before \(last), or a larger --limit")
        }
        return unreadable.isEmpty
            ? ExitStatusCode.succeeded : QueueError.Code.badJournal.exitCode
    }
}
