import ArgumentParser
import FutureModel

struct Cancel: Verb {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel futures, and say for each what that did.",
        discussion: """
            A pending future never runs. A running command gets SIGTERM, and SIGKILL after the \
            grace time; a function on a thread can only be asked. Exits with 0 if each is \
            cancelled, else with 1. An unknown id among several cancels none of them.

            Examples:
              queuectl cancel 7 8
              queuectl cancel --grace 30 7
              queuectl cancel --pending-only $ids
            """)

    @OptionGroup var journal: JournalOptions

    @Flag(help: "Leave those alone that already run.")
    var pendingOnly = false

    @Option(
        help: ArgumentHelp(
            "From SIGTERM to SIGKILL. (default: what it was submitted with)",
            valueName: "duration"),
        transform: DurationText.argument)
    var grace: Duration?

    @OptionGroup var reading: ReadOptions
    @OptionGroup var futures: FutureIDs

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let answers: [CancelAnswer]
        do throws(QueueError) {
            answers = try await service.cancel(
                futures.unique, CancelRequest(pendingOnly: pendingOnly, grace: grace))
        } catch  where error.code == .noSuchFuture && futures.unique.count > 1 {
            throw QueueError(error.code, error.message + " Nothing was cancelled.")
        }
        if reading.json {
            try session.console.json(answers)
        } else {
            for answer in answers { session.console.line("\(answer.id) \(Self.text(answer))") }
        }
        let allCancelled = answers.allSatisfy { $0.state == .cancelled }
        return allCancelled ? ExitStatusCode.succeeded : ExitStatusCode.failed
    }

    private static func text(_ answer: CancelAnswer) -> String {
        switch answer.kind {
        case .neverRan: "cancelled before it ran"
        case .terminated: "terminated"
        case .running: "is running (left alone: --pending-only)"
        case .asked: "asked to stop"
        case .tooLate where answer.state == .cancelled: "had already been cancelled"
        case .tooLate: "had already \(answer.state)"
        }
    }
}
