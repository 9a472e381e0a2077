import ArgumentParser
import Foundation
import FutureModel

struct Submit: CommandVerb {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Journal a command or a function call, and print its future's id.",
        usage: """
            queuectl submit [<options>] -- <command> [<argument> ...]
            queuectl submit [<options>] --shell <script>
            queuectl submit [<options>] --task <name> [<json> ...]
            queuectl submit [<options>] --from <file>
            """,
        discussion: """
            A command runs in the directory it was submitted from, with PATH, LANG, LC_* and TZ \
            of its submitter on top of the daemon's environment.

            A batch is one JSON value a line, at most 10000, journaled together or not at all: an \
            argv array, or an object of command, directory, environment and options, or of task, \
            arguments, pool and options. Options given here hold for every line whose options \
            (queue, priority, on_crash, ...) do not say otherwise.

            Examples:
              queuectl submit -- sha256sum README.md
              queuectl submit --shell 'sort names | uniq > unique'
              queuectl submit --task is_prime 112272535095293
              queuectl submit --max-attempts 5 --timeout 2m -- curl -fO $url
              printf '%s\\n' '["sleep", "1"]' '{"task": "power", "arguments": [2, 8]}' |
                queuectl submit --from -
            """)

    @OptionGroup var journal: JournalOptions

    @Option(
        help: ArgumentHelp(
            "The function to call; the words are its arguments, each in JSON.", valueName: "name"))
    var task: String?

    @Option(help: ArgumentHelp("Read a batch from a file, or - for stdin.", valueName: "file"))
    var from: String?

    @OptionGroup(title: "Options of a command") var command: CommandOptions

    @OptionGroup(title: "Options of every future") var policy: PolicyOptions

    @Argument(help: ArgumentHelp("The command after --, or JSON arguments.", valueName: "word"))
    var words: [String] = []

    func validate() throws {
        if let task {
            if from != nil { throw ValidationError("--task and --from exclude each other.") }
            if command.isUsed {
                throw ValidationError("--shell, --cwd and --env are for commands, not --task.")
            }
            if task.isEmpty { throw ValidationError("The task's name is empty.") }
        } else if from != nil {
            if !words.isEmpty { throw ValidationError("--from takes no command.") }
            if command.shell { throw ValidationError("--from and --shell exclude each other.") }
        } else if words.isEmpty {
            throw ValidationError(
                "There is nothing to run: put a command after '--', or name a function with "
                    + "--task.")
        } else {
            try command.check(words)
        }
    }

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let submissions = try submissions(in: session)
        for submission in submissions { try submission.validate() }
        let service = try await journal.connect(session)
        let ids = try await service.submit(submissions)
        for id in ids { session.console.line(id.description) }
        await PendingNotes.write(
            { Array(zip(ids, submissions.map(\.task))) }, service: service,
            console: session.console)
        return ExitStatusCode.succeeded
    }

    private func submissions(in session: Session) throws(QueueError) -> [Submission] {
        let options = policy.options(now: session.time.now())
        if let task {
            return [
                Submission(
                    task: task, arguments: try TaskArguments.payload(words), options: options)
            ]
        }
        guard let from else {
            return [try Submission(try command.command(words, in: session), options: options)]
        }
        let bytes = from == "-" ? try session.readInput() : try InputFile.read(from)
        return try batch(options, in: session).submissions(bytes)
    }

    private func batch(
        _ options: SubmitOptions, in session: Session
    ) throws(QueueError) -> BatchFile {
        let base = try command.directory(in: session)
        let environment = try session.environment.forCommand(command.env)
        return BatchFile(options: options) { (argv, directory, settings) throws(QueueError) in
            var place = base
            if let directory {
                place = try WorkingDirectory.resolve(directory) { () throws(QueueError) in base }
            }
            return Command(
                argv, directory: place,
                environment: environment.merging(settings) { _, setting in setting })
        }
    }
}
