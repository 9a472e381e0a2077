import ArgumentParser
import FutureModel

/// Where and how a command runs.
struct CommandOptions: ParsableArguments {
    @Flag(help: "Have /bin/sh run one string, instead of a program with its arguments.")
    var shell = false

    @Option(
        name: .customLong("cwd"),
        help: ArgumentHelp(
            "The directory it runs in. (default: the current one)", valueName: "dir"))
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "Set a variable of its environment, or copy one of that name. Repeatable.",
            valueName: "name[=value]"))
    var env: [String] = []

    func validate() throws {
        for setting in env where setting.isEmpty || setting.hasPrefix("=") {
            throw ValidationError("--env takes NAME=VALUE or NAME.")
        }
    }

    /// Throws a `ValidationError` where `words` cannot be a command.
    func check(_ words: [String]) throws {
        if words.isEmpty { throw ValidationError("There is no command after '--'.") }
        if shell, words.count != 1 {
            throw ValidationError("--shell takes the whole script as one argument: quote it.")
        }
    }

    func command(_ words: [String], in session: Session) throws(QueueError) -> Command {
        let argv = shell ? ["/bin/sh", "-c"] + words : words
        return Command(
            argv, directory: try directory(in: session),
            environment: try session.environment.forCommand(env))
    }

    func directory(in session: Session) throws(QueueError) -> String {
        guard let directory else { return try session.currentDirectory() }
        return try WorkingDirectory.resolve(directory, from: session.currentDirectory)
    }

    /// Whether any of the options was given.
    var isUsed: Bool { shell || directory != nil || !env.isEmpty }
}
