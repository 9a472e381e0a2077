import ArgumentParser
import FutureModel

/// One run of `queuectl`: from the words of its command line to its exit code.
struct Program: Sendable {
    let session: Session

    func run(_ words: Result<[String], QueueError>) async -> Int32 {
        let code: Int32
        do {
            code = try await perform(try words.get())
        } catch {
            code = report(error)
        }
        session.console.endProgress()
        return exitCode(orOutputFailure: code)
    }

    private func perform(_ words: [String]) async throws -> Int32 {
        if let verb = Queuectl.verb(words) { return try await verb.perform(in: session) }
        var command = try Queuectl.parseAsRoot(words)
        if let verb = command as? any Verb { return try await verb.perform(in: session) }
        try command.run()
        return ExitStatusCode.succeeded
    }

    /// Says what went wrong; help and versions also come this way, with exit code 0.
    private func report(_ error: any Error) -> Int32 {
        session.console.endProgress()
        if let error = error as? QueueError {
            session.console.note("queuectl: \(error.message)")
            return error.code.exitCode
        }
        let code = Queuectl.exitCode(for: error).rawValue
        let text = Queuectl.fullMessage(for: error, columns: session.helpColumns)
        if code == ExitStatusCode.succeeded {
            session.console.block(text)
        } else {
            session.console.noteBlock(text)
        }
        return code
    }

    /// A reader that went away, as `head` does, is no failure; a full disk is one.
    private func exitCode(orOutputFailure code: Int32) -> Int32 {
        guard case .failed(let reason)? = session.console.stdout.failure else { return code }
        session.console.note("queuectl: Standard output cannot be written: \(reason)")
        return QueueError.Code.ioError.exitCode
    }
}
