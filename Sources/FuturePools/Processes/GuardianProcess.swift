import CProcess
import Foundation
package import FutureModel

/// A process of this program that outlives this one by a moment: it waits on a pipe that the
/// kernel closes when this one ends, whatever ends it.
package struct GuardianProcess: Sendable {
    static let variable = "DURABLE_FUTURES_GUARDIAN"

    private let pipe: Pipe

    /// Starts it for the owner of the journal with that identity. Fails with `brokenPool`.
    package init(
        journalIdentity: String, program: WorkerProgram = .current
    ) throws(QueueError) {
        let pipe = try Self.makePipe()
        let argv = program.arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        let environment = EnvironmentBlock(changes: [
            Self.variable: journalIdentity, Mark.variable: Mark.guardian(journalIdentity),
        ])
        let error = environment.withPointers { envp in
            cp_spawn_apart(program.path, argv, envp, pipe.readEnd)
        }
        guard error == 0 else {
            pipe.close()
            throw Self.failure(error)
        }
        self.pipe = pipe
    }

    private static func makePipe() throws(QueueError) -> Pipe {
        do throws(SystemFailure) {
            return try Pipe()
        } catch {
            throw failure(error.number)
        }
    }

    private static func failure(_ error: Int32) -> QueueError {
        QueueError(
            .brokenPool,
            "No guardian could be started (\(errorText(error))): if this daemon is killed, what "
                + "its commands have started runs on until the next one comes.")
    }

    /// Nothing is left to be ended.
    package func dismiss() {
        var byte: UInt8 = 1
        // The end of this process would only make it look for nothing.
        _ = write(pipe.writeEnd, &byte, 1)
        pipe.close()
    }

    /// In a process that was started as a guardian, waits until its owner has been killed and
    /// gives the journal's identity, or exits when it is dismissed. In any other, `nil` at once.
    package static func identityOfDeadOwner() -> String? {
        guard let text = getenv(variable) else { return nil }
        let identity = String(cString: text)
        cp_name_thread("guardian")
        // What is meant to end its owner is not meant for it.
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0 { return identity }
            if count > 0 || errno != EINTR { exit(0) }
        }
    }
}
