import ArgumentParser
import FutureModel

/// What is stored with a future besides its work: where it waits, and its policies.
struct PolicyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The queue it waits in.", valueName: "name"))
    var queue: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Larger starts earlier; -1000 to 1000. (default: 0)", valueName: "n"))
    var priority: Int?

    @Option(
        name: .customLong("timeout"),
        parsing: .unconditional,
        help: ArgumentHelp("The longest that one attempt may run.", valueName: "duration"),
        transform: DurationText.argument)
    var timeLimit: Duration?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "From SIGTERM to SIGKILL when it is stopped. (default: 5)", valueName: "duration"),
        transform: DurationText.argument)
    var grace: Duration?

    @Option(
        help: ArgumentHelp(
            "If its worker or the daemon dies: run again, fail or cancel. (default: retry)",
            valueName: "policy"))
    var onCrash: OnCrash?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Crashes after which it still runs again. (default: 3)", valueName: "n"))
    var maxCrashes: Int?

    @Option(
        help: ArgumentHelp(
            "If the daemon shuts down while it runs. (default: finish)", valueName: "policy"))
    var onShutdown: OnShutdown?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Attempts that may fail before the future does. (default: 1)", valueName: "n"))
    var maxAttempts: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The pause after the first failed attempt, then doubled. (default: 1)",
            valueName: "duration"),
        transform: DurationText.argument)
    var backoff: Duration?

    @Option(
        help: ArgumentHelp(
            "Do not start it before this moment, in RFC 3339.", valueName: "time"),
        transform: TimestampText.argument)
    var runAt: Timestamp?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Do not start it sooner than this from now.", valueName: "duration"),
        transform: DurationText.argument)
    var delay: Duration?

    @Option(
        help: ArgumentHelp(
            "A name that makes a repeated submit yield the first one's id.", valueName: "key"))
    var key: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Bytes kept of each output stream of a command. (default: 1048576)",
            valueName: "bytes"))
    var outputLimit: Int?

    func validate() throws {
        if runAt != nil, delay != nil {
            throw ValidationError("--run-at and --delay exclude each other.")
        }
    }

    func options(now: Timestamp) -> SubmitOptions {
        var options = SubmitOptions()
        func set<Value>(_ place: WritableKeyPath<SubmitOptions, Value>, _ value: Value?) {
            if let value { options[keyPath: place] = value }
        }
        set(\.queue, queue)
        set(\.priority, priority)
        set(\.grace, grace)
        set(\.onCrash, onCrash)
        set(\.maxCrashes, maxCrashes)
        set(\.onShutdown, onShutdown)
        set(\.retry.maxAttempts, maxAttempts)
        set(\.retry.backoff, backoff)
        set(\.outputLimit, outputLimit)
        options.timeLimit = timeLimit
        options.runAt = runAt ?? delay.map { now + $0 }
        options.key = key
        return options
    }
}
