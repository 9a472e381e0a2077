import CProcess
import Foundation
import FutureModel

/// A command on its way to becoming a process.
struct CommandStart {
    private let command: Command
    private let request: ChildProcess.Request

    /// Throws a ``TaskFailure`` where the command cannot be started.
    init(_ attempt: ClaimedAttempt, _ journal: CommandJournal) throws(TaskFailure) {
        do {
            command = try attempt.arguments.decode(as: Command.self)
        } catch {
            throw .notStarted("the arguments are not those of a command")
        }
        if let defect = command.defect { throw .notStarted(defect) }
        let id = attempt.id
        // The submitter may name another journal.
        var changes = ["QUEUECTL_JOURNAL": journal.path].merging(command.environment) { $1 }
        changes["QUEUECTL_FUTURE"] = id.future.description
        changes["QUEUECTL_ATTEMPT"] = String(id.number)
        changes[Mark.variable] = Mark.attempt(
            journal.identity, id.future.description, id.number)
        let environment = EnvironmentBlock(changes: changes)
        let found = ProgramLookup.find(
            command.argv[0], searchPath: environment["PATH"], directory: command.directory)
        switch found {
        case .found(let path):
            request = ChildProcess.Request(
                path: path, arguments: command.argv, environment: environment,
                directory: command.directory, input: Descriptors.null, output: -1, error: -1,
                descriptorLimit: DescriptorLimit.ofCommands)
        case .unusable(let reason):
            // A missing directory explains a missing program.
            if let problem = Self.problem(withDirectory: command.directory) {
                throw .notStarted(problem)
            }
            throw .notStarted("'\(command.argv[0])': \(reason)")
        }
    }

    /// Starts it with its output going to the two descriptors.
    ///
    /// A program that is open for writing cannot be run (`ETXTBSY` of POSIX). One that this very
    /// process has just written can seem so for a moment: until another child, made meanwhile, has
    /// begun its own program. So that is tried again, for some 100 ms in all.
    func begin(
        _ writeEnds: (stdout: Int32, stderr: Int32), _ ledger: ChildrenLedger,
        pause: (_ microseconds: UInt32) -> Void = { usleep($0) }
    ) throws(TaskFailure) -> ChildProcess {
        var request = request
        request.output = writeEnds.stdout
        request.error = writeEnds.stderr
        var microseconds: UInt32 = 1000
        while true {
            do {
                return try ChildProcess.start(request, ledger: ledger)
            } catch {
                let isBusy = error.step == CP_STEP_EXECUTE && error.error == ETXTBSY
                guard isBusy, microseconds < 100_000 else { throw .notStarted(describe(error)) }
            }
            pause(microseconds)
            microseconds *= 2
        }
    }

    private func describe(_ failure: StartFailure) -> String {
        let program = "'\(command.argv[0])'"
        switch (failure.step, failure.error) {
        case (CP_STEP_DIRECTORY, let error):
            return "the directory '\(command.directory ?? "")': \(errorText(error))"
        case (CP_STEP_EXECUTE, ENOEXEC):
            return "\(program): neither a program nor a script that begins with #!"
        case (CP_STEP_EXECUTE, ENOENT): return "\(program): the interpreter it names is missing"
        case (CP_STEP_LEDGER, let error):
            return "the ledger of children could not be written: \(errorText(error))"
        case (CP_STEP_CLONE, let error): return "no process could be made: \(errorText(error))"
        case (_, let error): return "\(program): \(errorText(error))"
        }
    }

    private static func problem(withDirectory directory: String?) -> String? {
        guard let directory else { return nil }
        var status = stat()
        if stat(directory, &status) != 0 {
            return "the directory '\(directory)': \(errorText(errno))"
        }
        if status.st_mode & S_IFMT == S_IFDIR { return nil }
        return "the directory '\(directory)': \(errorText(ENOTDIR))"
    }
}
