import ArgumentParser
import FutureControl
import FutureJournal
import FutureModel

/// Which journal a verb is about; every verb takes it.
struct JournalOptions: ParsableArguments {
    @Option(
        name: .customLong("journal"),
        help: ArgumentHelp(
            """
            The journal. (default: $QUEUECTL_JOURNAL, or queuectl/journal.db in the state \
            directory)
            """,
            valueName: "path"))
    var path: String?

    var location: JournalLocation {
        get throws(QueueError) { try JournalLocation(path ?? JournalLocation.defaultPath) }
    }

    func validate() throws {
        if path?.isEmpty == true { throw ValidationError("The journal's path is empty.") }
    }

    func connect(_ session: Session) async throws(QueueError) -> any FutureService {
        try await session.connect(location)
    }

    /// As ``connect(_:)``, for what also shows that there is nothing: says so where that is for
    /// want of a journal.
    func connectToLook(_ session: Session) async throws(QueueError) -> any FutureService {
        let location = try location
        let service = try await session.connect(location)
        if (service as? DetachedService)?.isWithoutJournal == true {
            session.console.note("no journal at \(location.path) yet")
        }
        return service
    }
}

/// How a verb that reads prints what it read.
struct ReadOptions: ParsableArguments {
    @Flag(help: "Print one JSON document instead of text for people.")
    var json = false
}

/// How long a verb waits.
struct WaitOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Wait no longer, and exit with 124. The futures go on.", valueName: "duration"),
        transform: DurationText.argument)
    var timeout: Duration?
}

/// The futures that a verb is about.
struct FutureIDs: ParsableArguments {
    @Argument(help: "The futures' ids, as submit printed them.")
    var ids: [FutureID]

    /// Each once, in the order given.
    var unique: [FutureID] {
        var seen: Set<FutureID> = []
        return ids.filter { seen.insert($0).inserted }
    }
}

/// The one future that a verb is about.
struct OneFutureID: ParsableArguments {
    @Argument(help: "The future's id, as submit printed it.")
    var id: FutureID
}
