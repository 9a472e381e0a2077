import FutureControl
import FutureJournal
public import FutureModel

/// Submits to a journal that another process owns, and waits for its futures, through the
/// owner's socket. Its pools are the owner's.
public final class DaemonExecutor: DurableExecutor {
    public let core: ExecutorCore

    /// Reaches the owner of a journal.
    ///
    /// With no owner it still works: what is submitted waits until there is one.
    ///
    /// - Parameters:
    ///   - journal: its path; `nil` is the default, as for ``ThreadPoolExecutor``.
    ///   - pool: where the functions it submits are to run, if the owner has that pool; `nil`
    ///     leaves it to the owner.
    /// - Throws: `QueueError`: `noAccess`, `badJournal`, `journalVersion`.
    public init(journal: String? = nil, pool: PoolKind? = nil) async throws(QueueError) {
        let location = JournalLocation(journal ?? JournalLocation.defaultPath)
        core = ExecutorCore(
            service: try await QueueConnection.open(location, program: ExecutorCore.programName),
            journalPath: location.path, pool: pool == .command ? nil : pool)
    }
}
