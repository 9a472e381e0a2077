public import ArgumentParser
import DurableFutures
import Foundation
import FutureJournal
public import FutureModel

/// The options of every daemon; also for an `@OptionGroup` of a program that has more to offer.
public struct DaemonOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            """
            The journal. (default: $QUEUECTL_JOURNAL, or queuectl/journal.db in the state \
            directory)
            """,
            valueName: "path"))
    public var journal: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Functions run on threads at once. (default: the number of processors and 4 more, "
                + "32 at most)",
            valueName: "n"))
    public var threads: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Functions run in worker processes at once. (default: the number of processors)",
            valueName: "n"))
    public var processes: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Commands run at once. (default: the larger of --threads and --processes, "
                + "or the number of processors)",
            valueName: "n"))
    public var commands: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A worker process is replaced after as many functions.", valueName: "n"))
    public var maxTasksPerChild: Int?

    @Option(
        help: ArgumentHelp(
            "What SIGTERM and SIGINT do with pending futures: keep, run or cancel them.",
            valueName: "policy"))
    public var onShutdown = ShutdownPending.keep

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long running futures may take to finish at a shutdown; then they are "
                + "interrupted, and pending again.",
            valueName: "duration"),
        transform: duration)
    public var grace: Duration = .seconds(30)

    public init() {}

    public func validate() throws {
        let counts = [threads, processes, commands].compactMap { $0 }
        if counts.contains(where: { !(0...1024).contains($0) }) {
            throw ValidationError("A number of slots is between 0 and 1024.")
        }
        if let maxTasksPerChild, maxTasksPerChild < 1 {
            throw ValidationError("--max-tasks-per-child is 1 or more.")
        }
        if journal?.isEmpty == true { throw ValidationError("The journal's path is empty.") }
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = DurationText.parse(text) else {
            throw ValidationError("'\(text)' is not a duration such as 30, 500ms, 2m, 1h or 1d.")
        }
        return duration
    }
}

extension ShutdownPending: ExpressibleByArgument {}

extension DaemonOptions {
    var location: JournalLocation {
        get throws(QueueError) { try JournalLocation(journal ?? JournalLocation.defaultPath) }
    }

    var shutdownRequest: ShutdownRequest { ShutdownRequest(pending: onShutdown, grace: grace) }

    /// Slots of each pool: with functions to run there are threads and worker processes unless
    /// said otherwise, without any there are none.
    func slots(hasTasks: Bool) -> (threads: Int, processes: Int, commands: Int) {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let asked = [threads, processes].compactMap { $0 }.max()
        let commands = commands ?? asked.flatMap { $0 > 0 ? $0 : nil } ?? processors
        guard hasTasks else { return (0, 0, commands) }
        let byDefault = ThreadPoolExecutor.defaultWorkers(processors: processors)
        return (threads ?? byDefault, processes ?? processors, commands)
    }
}
