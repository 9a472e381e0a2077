import CSQLiteSupport
package import FutureModel
import GRDB
import GRDBSQLite
import Synchronization

/// Reads a journal, whether or not anybody owns it: a connection that cannot write, never
/// checkpoints, and holds no transaction longer than one read.
package final class JournalReader: Sendable {
    private let path: String
    private let queue: DatabaseQueue
    private let confined: ConfinedConnection

    /// Unchecked: `connection` is used on the database queue only.
    private final class ConfinedConnection: @unchecked Sendable {
        let connection: Connection
        let isClosed = Mutex(false)
        init(_ connection: Connection) { self.connection = connection }
    }

    private init(
        path: String, queue: DatabaseQueue, confined: ConfinedConnection
    ) {
        self.path = path
        self.queue = queue
        self.confined = confined
    }

    deinit { close() }

    /// Throws `noAccess` where there is no journal or it may not be read, `badJournal`,
    /// `journalVersion` for one of a newer version than this program's, or `noOwner` for one of
    /// an older, which an owner is to bring up to date.
    ///
    /// - Parameter forVerification: What ``verify(progress:)`` finds is no reason not to open it.
    package static func open(
        _ location: JournalLocation, forVerification: Bool = false
    ) throws(QueueError) -> JournalReader {
        let path = location.path
        try JournalDirectory.check(JournalDirectory.parent(of: path))
        guard try JournalHeader.open(path) == .journal else {
            throw QueueError(.noAccess, "There is no journal at \(path).")
        }
        do {
            var configuration = Configuration()
            configuration.label = "journal reader"
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { db in
                csqlite_set_checkpoint_on_close(db.sqliteConnection!, 0)
                csqlite_set_trusted_schema_off(db.sqliteConnection!)
                csqlite_set_defensive(db.sqliteConnection!)
                try db.execute(sql: "PRAGMA cell_size_check = ON")
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let confined = try queue.read { db in
                let connection = Connection(db.sqliteConnection!)
                let version = try MigrationRunner(path: path).check(
                    connection, withSchema: !forVerification)
                guard version == MigrationRunner.newestVersion else {
                    throw QueueError(
                        .noOwner,
                        "The journal \(path) was made by an older version of this program; "
                            + "start a daemon with 'queued', which brings it up to date.")
                }
                return ConfinedConnection(connection)
            }
            return JournalReader(path: path, queue: queue, confined: confined)
        } catch {
            JournalHeader.closed(path)
            throw .opening(path, error)
        }
    }

    /// What is read later fails with `shutDown`.
    package func close() {
        let wasClosed = confined.isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        if wasClosed { return }
        queue.writeWithoutTransaction { _ in confined.connection.finalizeStatements() }
        // Fails only while statements are left, and then the process's end closes it as well.
        try? queue.close()
        JournalHeader.closed(path)
    }

    /// One short transaction, off the caller's thread. Not cut short when the caller is cancelled.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            // Not this reader itself: were its last reference to go here, it would close the
            // database from within the database's own queue.
            queue.asyncRead { [confined, path] access in
                if confined.isClosed.withLock({ $0 }) {
                    let error = QueueError(.shutDown, "The journal is closed.")
                    return continuation.resume(returning: .failure(error))
                }
                do throws(QueueError) {
                    if case .failure(let error) = access { throw .opening(path, error) }
                    continuation.resume(returning: .success(try body(confined.connection)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

extension JournalReader {
    package func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await read { connection throws(QueueError) in try connection.records(ids) }
    }

    package func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await read { connection throws(QueueError) in try connection.snapshots(ids) }
    }

    package func states(_ ids: [FutureID]) async throws(QueueError) -> [FutureState] {
        try await read { connection throws(QueueError) in try connection.states(ids) }
    }

    package func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await read { connection throws(QueueError) in try connection.list(filter) }
    }

    package func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await read { connection throws(QueueError) in try connection.history(id) }
    }

    package func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await read { connection throws(QueueError) in try connection.output(of: id) }
    }

    package func stats() async throws(QueueError) -> QueueStats {
        try await read { connection throws(QueueError) in try connection.stats() }
    }

    package func newestID() async throws(QueueError) -> FutureID? {
        try await read { connection throws(QueueError) in try connection.newestID() }
    }

    /// Checks every invariant that a journal can show, on one snapshot: whether or not an owner
    /// writes meanwhile. Takes minutes for millions of futures; `progress` is called before each
    /// rule. What is broken is in the answer; throws only where nothing can be read at all.
    package func verify(
        progress: @escaping @Sendable (VerificationProgress) -> Void = { _ in }
    ) async throws(QueueError) -> Verification {
        try await read { connection throws(QueueError) in
            Verifier(connection: connection, progress: progress).run()
        }
    }
}
