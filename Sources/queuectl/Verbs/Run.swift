import ArgumentParser
import FutureModel

struct Run: CommandVerb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command as a future, and stay with it.",
        usage: """
            queuectl run [<options>] -- <command> [<argument> ...]
            queuectl run [<options>] --shell <script>
            """,
        discussion: """
            Submits it, prints what it writes as it comes, and exits as it does. SIGINT and \
            SIGTERM cancel it; a second one leaves at once. If no daemon runs, it runs in place: \
            until it has ended no other can submit, or become the daemon.

            Examples:
              queuectl run -- make -j4
              queuectl run --max-attempts 3 -- ./flaky-test
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup(title: "Options of a command") var command: CommandOptions
    @OptionGroup(title: "Options of every future") var policy: PolicyOptions

    @Argument(help: ArgumentHelp("The command after --.", valueName: "word"))
    var words: [String] = []

    func validate() throws { try command.check(words) }

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let submission = try Submission(
            try command.command(words, in: session),
            options: policy.options(now: session.time.now()))
        try submission.validate()
        let service = try await journal.connect(session)
        switch try await service.status().phase {
        // An owner that serves nobody is another call of this program, or refuses us by its lock.
        case .noOwner, .unserved:
            return try await session.runInPlace(submission, journal.location, session)
        case .serving, .shuttingDown: break
        }
        // Before there is a future: a signal from now on must not leave it alone.
        let interrupts = await session.interrupts()
        let attendance = Attendance(
            service: service, console: session.console, time: session.time)
        return try await attendance.attend(interrupts) { () throws(QueueError) in
            guard let id = try await service.submit([submission]).first else {
                throw QueueError(
                    .ioError, "The future was submitted, but its id was not returned.")
            }
            return id
        }
    }
}
