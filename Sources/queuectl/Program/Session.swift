import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// What a verb sees of the world: the queue, the console, the clocks, and whose process it is.
struct Session: Sendable {
    var console: Console
    var time: any TimeSource
    /// Asked for only where a time is shown: finding it takes a tenth of a short run.
    var timeZone: @Sendable () -> TimeZone
    var environment: SubmitterEnvironment
    /// The width of help texts; `nil` is the terminal's.
    var helpColumns: Int?
    var currentDirectory: @Sendable () throws(QueueError) -> String
    /// All of standard input.
    var readInput: @Sendable () throws(QueueError) -> Data
    /// Each SIGINT or SIGTERM from its return on; until then, they end the process.
    var interrupts: @Sendable () async -> AsyncStream<Int32>
    var connect: @Sendable (JournalLocation) async throws(QueueError) -> any FutureService
    /// What `run` does where no daemon serves; returns the exit code.
    var runInPlace:
        @Sendable (Submission, JournalLocation, Session) async throws(QueueError) -> Int32

    static func ofThisProcess() -> Session {
        Session(
            console: .ofThisProcess(),
            time: SystemTime(),
            timeZone: { .current },
            environment: .ofThisProcess(),
            currentDirectory: { () throws(QueueError) in try WorkingDirectory.current() },
            readInput: { () throws(QueueError) in try InputFile.readStandardInput() },
            interrupts: { await ProcessSignals.stream([SIGINT, SIGTERM]) },
            connect: { (location) throws(QueueError) in
                try await QueueConnection.open(location, program: Queuectl.programName)
            },
            runInPlace: { (submission, location, session) throws(QueueError) in
                try await queuectl.runInPlace(submission, location, session)
            })
    }
}
