import CSQLiteSupport
import Foundation
import FutureModel
import GRDB
import GRDBSQLite

/// The owner's connection: opened, checked and migrated. Used on the writer's thread only.
final class OwnerDatabase {
    static let busyTimeoutMs: Int32 = 10_000

    let connection: Connection
    private let queue: DatabaseQueue
    private let path: String

    /// Opens the journal at `path`, or makes one where there is none.
    init(_ path: String, time: any TimeSource) throws(QueueError) {
        self.path = path
        switch try JournalHeader.open(path) {
        case .journal: break
        case .missing, .empty:
            try Self.create(path, at: time.now())
            _ = try JournalHeader.open(path)
        }
        do {
            try Self.checkLog(of: path)
            let queue = try Self.open(path)
            self.queue = queue
            connection = try Self.connection(of: queue)
        } catch {
            JournalHeader.closed(path)
            throw .opening(path, error)
        }
        do {
            let runner = MigrationRunner(path: path)
            let version = try runner.check(connection, withSchema: true)
            try setUp()
            try runner.migrate(connection, from: version, at: time.now())
        } catch {
            close()
            throw error
        }
    }

    /// - Parameter isBroken: A write has failed: what the log holds is left to the next owner,
    ///   since a sync that is tried again succeeds whether or not anything reaches the disk.
    func close(isBroken: Bool = false) {
        if isBroken { csqlite_set_checkpoint_on_close(connection.handle, 0) }
        connection.finalizeStatements()
        // Fails only while statements are left, and then the process's end closes it as well.
        try? queue.close()
        JournalHeader.closed(path)
    }

    /// Once a process.
    private static let leaveOutStatistics: Void = csqlite_leave_out_statistics()

    private static func open(_ path: String) throws -> DatabaseQueue {
        leaveOutStatistics
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.busyMode = .timeout(Double(busyTimeoutMs) / 1000)
        // Every reference is to a future that the same operation has just read or made, and
        // futures are never deleted; enforcing it would copy pages at each insert.
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // Until it is checked, nothing about the file may change.
            csqlite_set_checkpoint_on_close(db.sqliteConnection!, 0)
            csqlite_set_trusted_schema_off(db.sqliteConnection!)
            csqlite_set_defensive(db.sqliteConnection!)
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            // Nobody observes transactions, and these hooks may only be called on GRDB's queue.
            _ = sqlite3_commit_hook(db.sqliteConnection!, nil, nil)
            _ = sqlite3_rollback_hook(db.sqliteConnection!, nil, nil)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// The handle outlives this call: the queue's only user is the writer's thread.
    private static func connection(of queue: DatabaseQueue) throws -> Connection {
        nonisolated(unsafe) var handle: OpaquePointer?
        queue.inDatabase { db in handle = db.sqliteConnection }
        guard let handle else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        return Connection(handle)
    }

    /// A synced commit for every acknowledgement; checkpoints are the writer's own.
    private func setUp() throws(QueueError) {
        let mode = try connection.statement("PRAGMA journal_mode = WAL").first { $0.text() }
        guard mode == "wal" else {
            throw QueueError(.noAccess, "The journal \(path) cannot use a write-ahead log here.")
        }
        let synchronous = SeededBug.noSync.isPlanted ? "NORMAL" : "FULL"
        try connection.execute("PRAGMA synchronous = \(synchronous)")
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        try connection.execute("PRAGMA journal_size_limit = 67108864")
        try connection.execute("PRAGMA cache_size = -32768")
        csqlite_set_persistent_wal(connection.handle)
        csqlite_set_checkpoint_on_close(connection.handle, 1)
    }
}

extension OwnerDatabase {
    /// SQLite would leave out what follows a damaged part of the log, and overwrite it.
    fileprivate static func checkLog(of path: String) throws(QueueError) {
        let frame = csqlite_log_damage(path + "-wal")
        guard frame > 0 else { return }
        throw QueueError(
            .badJournal,
            "The journal's log \(path)-wal is damaged at its frame \(frame), and what follows it "
                + "would be lost; it was left as it is. Restore both files from a copy.")
    }

    /// A new journal appears whole or not at all: made under another name and renamed. It has its
    /// write-ahead log from the first: what is changed in any other way has to be repaired after a
    /// crash before it can be read, and those who only read cannot do that.
    private static func create(_ path: String, at moment: Timestamp) throws(QueueError) {
        try clearLeftovers(of: path)
        JournalDraft.removeLeftovers(of: path)
        try makeAndName(path, at: moment)
        Failpoint.journalIsNamed.hit()
        try JournalDirectory.sync(JournalDirectory.parent(of: path))
    }

    private static func makeAndName(_ path: String, at moment: Timestamp) throws(QueueError) {
        let draft = try JournalDraft(of: path)
        defer { draft.remove() }
        do {
            let queue = try open(draft.path)
            let connection = try connection(of: queue)
            try MigrationRunner(path: path).migrate(connection, from: 0, at: moment)
            try connection.execute("PRAGMA journal_mode = WAL")
            // The log goes with the last connection, once all of it is in the file.
            csqlite_set_checkpoint_on_close(connection.handle, 1)
            connection.finalizeStatements()
            try queue.close()
        } catch {
            throw .opening(path, error)
        }
        Failpoint.journalIsDrafted.hit()
        guard rename(draft.path, path) == 0 else {
            throw .system("The journal \(path) cannot be created")
        }
    }

    /// An empty log of a journal that was deleted goes; one with content might be all that is
    /// left of somebody's futures.
    private static func clearLeftovers(of path: String) throws(QueueError) {
        var info = stat()
        if stat(path, &info) == 0, info.st_uid != geteuid() {
            throw QueueError(.noAccess, "The file \(path) belongs to another user.")
        }
        for suffix in ["-wal", "-journal"] where JournalHeader.fileSize(path + suffix) > 0 {
            throw QueueError(
                .badJournal,
                "The journal \(path) is missing or empty, but its \(path + suffix) "
                    + "is there; restore the journal, or move that file away.")
        }
        guard isIndex(path + "-shm") else {
            throw QueueError(
                .badJournal,
                "\(path)-shm is in the way of the journal \(path): it is another program's; "
                    + "move it away.")
        }
        for suffix in ["-wal", "-shm", "-journal"] {
            if unlink(path + suffix) != 0, errno != ENOENT {
                throw .system("\(path + suffix) cannot be removed")
            }
        }
    }

    /// Whether nothing is lost with the file: it is missing, or the index of a log, which begins
    /// with the number of its format, or with zeros while it is being made.
    private static func isIndex(_ path: String) -> Bool {
        guard JournalHeader.fileSize(path) > 0 else { return true }
        let descriptor = openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { closeFile(descriptor) }
        var format: UInt32 = 0
        guard pread(descriptor, &format, 4, 0) > 0 else { return false }
        return format == 0 || format == 3_007_000
    }
}
