import FutureModel
import Synchronization

/// What the clients ask for: every kind of work, under every policy.
enum Load {
    static func submission(
        _ serial: Int, _ random: inout SeededGenerator
    ) throws -> Submission {
        let options = options(serial, &random)
        let milliseconds = random.chance(80) ? random.number(0...30) : random.number(50...300)
        let mode = random.pick(["ok", "ok", "ok", "ok", "tree", "tree", "fail", "die"])
        switch random.number(0...2) {
        case 0:
            let argv = [
                "sh", "-c", LoadDaemon.script, "crash", String(serial), String(milliseconds), mode,
            ]
            return try Submission(Command(argv), options: options)
        case 1:
            // Dying on a thread is the owner's death.
            let mode = mode == "die" ? "ok" : mode
            return function("on_thread", serial, milliseconds, mode, options)
        default: return function("in_process", serial, milliseconds, mode, options)
        }
    }

    private static func function(
        _ name: String, _ serial: Int, _ milliseconds: Int, _ mode: String, _ options: SubmitOptions
    ) -> Submission {
        let arguments = "[\(serial),\(milliseconds),\"\(mode)\"]"
        return Submission(task: name, arguments: Payload(json: arguments), options: options)
    }

    private static func options(
        _ serial: Int, _ random: inout SeededGenerator
    ) -> SubmitOptions {
        var options = SubmitOptions()
        options.queue = random.pick(["default", "a", "b"])
        options.priority = random.number(-1...1)
        options.onCrash = random.pick(OnCrash.allCases)
        options.maxCrashes = random.number(0...4)
        options.onShutdown = random.pick(OnShutdown.allCases)
        options.retry = RetryPolicy(
            maxAttempts: random.number(1...3), backoff: .milliseconds(random.number(0...40)))
        if random.chance(15) { options.timeLimit = .milliseconds(random.number(20...150)) }
        options.grace = .milliseconds(random.number(0...60))
        if random.chance(10) {
            options.runAt = SystemTime().now() + .milliseconds(random.number(0...300))
        }
        if random.chance(50) { options.key = "key-\(serial)" }
        return options
    }

    /// The number that the work carries, whatever became of its id.
    static func serial(_ submission: Submission) -> Int? {
        if submission.task == Command.taskName {
            return (try? submission.arguments.decode(as: Command.self)).flatMap(serial)
        }
        return serial(submission.arguments)
    }

    static func serial(_ record: FutureRecord) -> Int? {
        record.command.flatMap(serial) ?? record.arguments.flatMap(serial)
    }

    private static func serial(_ command: Command) -> Int? {
        command.argv.count > 4 ? Int(command.argv[4]) : nil
    }

    private static func serial(_ arguments: Payload) -> Int? {
        let parts = arguments.json.dropFirst().split(separator: ",")
        return parts.first.flatMap { Int($0) }
    }
}

/// Numbers for submissions, each given once.
final class Serials: Sendable {
    private let last = Mutex(0)

    func next() -> Int {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
