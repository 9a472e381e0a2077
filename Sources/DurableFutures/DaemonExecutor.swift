import FutureControl
import FutureJournal
public import FutureModel

/// Submits to a journal that another process owns, and waits for its futures, through the
/// owner's socket. Its pools are the owner's.
public final class DaemonExecutor: DurableExecutor {
    public let core: ExecutorCore

    /// Reaches the owner of a journal.
    ///
    /// With no owner it still works, be it from the beginning or because the owner goes away
    /// later: a submit is journaled by this process, which owns the journal for that moment, and
    /// runs once there is an owner again; waits go on from one owner to the next. Only an owner
    /// that dies in the middle of a submit leaves it open whether that took effect: `ownerLost`.
    ///
    /// - Parameters:
    ///   - journal: its path; `nil` is the default, as for ``ThreadPoolExecutor``.
    ///   - pool: where the functions it submits are to run, if the owner has that pool; `nil`
    ///     leaves it to the owner.
    /// - Throws: `QueueError`: `noAccess`, `badJournal`, `journalVersion`.
    public init(journal: String? = nil, pool: PoolKind? = nil) async throws(QueueError) {
        let location = try JournalLocation(journal ?? JournalLocation.defaultPath)
        core = ExecutorCore(
            service: try await QueueConnection.open(location, program: ExecutorCore.programName),
            journalPath: location.path, pool: pool == .command ? nil : pool)
    }
}
