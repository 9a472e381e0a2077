import Foundation
import FutureJournal
import FutureModel
import Synchronization

@testable import queuectl

/// One call of `queuectl` on futures in memory, from its words to its exit code.
struct Bench {
    let service = FakeService()
    var stdout = MemorySink()
    var stderr = MemorySink()
    var terminal = "xterm"
    var timersFire = false
    var environment = SubmitterEnvironment(variables: ["PATH": "/bin", "SECRET": "s"])
    var input = ""
    let signals = AsyncStream<Int32>.makeStream()

    func run(_ words: String...) async -> Int32 { await run(words) }

    func run(_ words: [String]) async -> Int32 {
        await Program(session: session).run(.success(words))
    }

    fileprivate var session: Session {
        let input = Data(input.utf8)
        return Session(
            console: Console(stdout: stdout, stderr: stderr, terminal: terminal),
            time: TestTime(timersFire: timersFire),
            timeZone: { TimeZone(secondsFromGMT: 7200)! },
            environment: environment,
            helpColumns: 80,
            currentDirectory: { () throws(QueueError) in "/tmp" },
            readInput: { () throws(QueueError) in input },
            interrupts: { [signals] in signals.stream },
            connect: { [service] _ throws(QueueError) in service },
            runInPlace: { (submission, _, _) throws(QueueError) in
                submission.options.priority == 7 ? 42 : -1
            })
    }

    /// What was printed on stdout, as JSON.
    func json() throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: stdout.data) }

    var submissions: [Submission] { service.state.withLock { $0.submissions } }

    func submittedCommands() throws -> [Command] {
        try submissions.map { try $0.arguments.decode() }
    }
}

extension JSONValue {
    subscript(_ key: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else {
            return nil
        }
        return elements[index]
    }
}

extension FutureRecord {
    static func command(
        _ id: FutureID, _ argv: [String] = ["true"], _ state: FutureState = .pending
    ) -> FutureRecord {
        var record = FutureRecord(
            id: id, task: Command.taskName, command: Command(argv, directory: "/tmp"),
            pool: .command, state: state, submittedAt: TestTime.noon)
        if state != .pending {
            record.attempt = 1
            record.startedAt = TestTime.noon
        }
        return record
    }

    static func function(
        _ id: FutureID, _ task: String = "power", arguments: String = "[2,8]",
        _ state: FutureState = .pending
    ) -> FutureRecord {
        FutureRecord(
            id: id, task: task, arguments: Payload(json: arguments), pool: .thread, state: state,
            submittedAt: TestTime.noon)
    }

    func ended(
        _ outcome: RecordedOutcome, stdout: String = "", stderr: String = "", dropped: Int = 0
    ) -> FutureRecord {
        var record = self
        record.state = outcome.state
        record.outcome = outcome
        record.attempt = 1
        record.startedAt = TestTime.noon
        record.finishedAt = TestTime.noon + .milliseconds(1500)
        if command != nil {
            record.output = CapturedOutput(
                stdout: .init(bytes: Data(stdout.utf8), droppedByteCount: dropped),
                stderr: .init(bytes: Data(stderr.utf8)))
        }
        return record
    }

    func exited(
        _ code: Int32, stdout: String = "", stderr: String = "", dropped: Int = 0
    ) -> FutureRecord {
        let outcome: RecordedOutcome =
            code == 0 ? .succeeded(.null) : .failed(TaskFailure.exit(.code(code)))
        return ended(outcome, stdout: stdout, stderr: stderr, dropped: dropped)
    }
}

extension Bench {
    /// Of a command line that could not be read.
    func exitCode(_ error: QueueError) async -> Int32 {
        await Program(session: session).run(.failure(error))
    }
}
