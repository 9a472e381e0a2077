import ArgumentParser
import FutureModel

struct Log: Verb {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Print what a command has written so far.",
        discussion: """
            Its stdout to stdout, its stderr to stderr, of its latest attempt. With -f on until \
            the future ends, and of further attempts; stderr says what is missing because it was \
            over the limit, or written faster than it was read. With --json the bytes are in \
            base64.

            Examples:
              queuectl log 7
              queuectl log -f 7 2> errors.txt
            """)

    @OptionGroup var journal: JournalOptions

    @Flag(name: .shortAndLong, help: "Go on until the future has ended.")
    var follow = false

    @OptionGroup var reading: ReadOptions
    @OptionGroup var future: OneFutureID

    func validate() throws {
        if follow, reading.json { throw ValidationError("--follow and --json exclude each other.") }
    }

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        if follow {
            try await printAsItComes(service, session.console)
        } else if reading.json {
            try session.console.json(try await service.output(future.id))
        } else {
            OutputPrinter.print(try await service.output(future.id), to: session.console)
        }
        return ExitStatusCode.succeeded
    }

    private func printAsItComes(
        _ service: any FutureService, _ console: Console
    ) async throws(QueueError) {
        var printer = OutputPrinter(console)
        do {
            for try await chunk in try await service.followOutput(future.id) {
                printer.print(chunk)
                if printer.isClosed { break }
            }
        } catch {
            throw QueueError(wrapping: error)
        }
        printer.finish()
        if !printer.isClosed { printer.noteDropped(try await service.output(future.id)) }
    }
}
