import CSQLiteSupport
import FutureModel
import GRDBSQLite

/// The log as its writer sees it: copied into the database when it has grown long, so that it is
/// overwritten instead of grown. Lives and dies on the writer's thread.
final class WriteAheadLog {
    private let connection: Connection
    private let path: String
    private let limits: LogLimits
    private let frameByteCount: Int
    private let frames: UnsafeMutablePointer<Int32>
    /// The length at which the next checkpoint is tried.
    private var checkpointAt: Int
    /// Why the log is longer than it should be, while it is.
    private(set) var warning: String?
    /// Why nothing more is submitted, while that is so.
    private(set) var refusal: String?

    init(_ connection: Connection, path: String, limits: LogLimits) throws(QueueError) {
        self.connection = connection
        self.path = path
        self.limits = limits
        checkpointAt = limits.checkpoint
        frameByteCount = try connection.statement("PRAGMA page_size").first { $0.int() } ?? 4096
        frames = .allocate(capacity: 1)
        frames.initialize(to: 0)
        csqlite_watch_wal(connection.handle, frames)
    }

    deinit {
        sqlite3_wal_hook(connection.handle, nil, nil)
        frames.deallocate()
    }

    /// Throws what a failed write throws, after which the journal has to stop: of a sync that has
    /// failed nobody knows what it has left out.
    func checkpointIfLong() throws(QueueError) {
        let length = Int(frames.pointee)
        let isDue = length >= checkpointAt
        guard isDue || refusal != nil else {
            // A shorter log than before: it has been begun anew.
            if length + limits.checkpoint < checkpointAt { checkpointAt = limits.checkpoint }
            return
        }
        Failpoint.beforeCheckpoint.hit()
        let isLong = isDue && length >= limits.long
        if try checkpoint(restarting: isLong) {
            frames.pointee = 0
            checkpointAt = limits.checkpoint
            (warning, refusal) = (nil, nil)
            return
        }
        // What could not be copied stays in the log, which is as durable; it is tried again.
        if isDue { checkpointAt = length + limits.checkpoint }
        if isLong { complain(length) }
    }

    /// Whether all of the log has been copied.
    private func checkpoint(restarting: Bool) throws(QueueError) -> Bool {
        let patienceMs = Int32(clamping: limits.patience.milliseconds)
        if restarting { sqlite3_busy_timeout(connection.handle, patienceMs) }
        defer { sqlite3_busy_timeout(connection.handle, OwnerDatabase.busyTimeoutMs) }
        var length: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            connection.handle, nil,
            restarting ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &length, &copied)
        if code == SQLITE_OK { return length == copied }
        let failure = connection.failure(code)
        // Readers, or no room for what the database would grow by.
        if failure.code == .owned || failure.code == .diskFull { return false }
        throw failure
    }

    private func complain(_ length: Int) {
        let size = "\((length * frameByteCount) >> 20) MiB"
        let reader = LogReaders.names(of: path) ?? "some process"
        let culprit = "\(reader) keeps a read transaction of it open"
        warning = "The journal's log has grown to \(size), because \(culprit); end that."
        guard length >= limits.full else { return }
        refusal =
            "The journal's log has grown to \(size), its limit, because \(culprit); end that to "
            + "submit again."
    }
}
