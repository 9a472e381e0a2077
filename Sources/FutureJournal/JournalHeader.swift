import Foundation
import FutureModel
import Synchronization

/// Looks at a database file before SQLite does, so that what is not a journal is left as it is.
enum JournalHeader {
    /// "fut1", the `application_id` of every journal.
    static let applicationID: Int32 = 0x6675_7431

    enum Finding: Hashable {
        case missing
        /// There, and empty: nothing has been written to it yet.
        case empty
        case journal
    }

    /// How often this process has each database open. Closing any descriptor of a file drops the
    /// locks that SQLite holds on it in the same process, so while it is open it is not examined.
    private static let openFiles = Mutex<[String: Int]>([:])

    /// Examines the file unless this process has it open, and counts it as open from now on
    /// if it is a journal; ``closed(_:)`` is the other half.
    static func open(_ path: String) throws(QueueError) -> Finding {
        let result = openFiles.withLock { counts -> Result<Finding, QueueError> in
            do throws(QueueError) {
                let finding = counts[path] == nil ? try examine(path) : .journal
                if finding == .journal { counts[path, default: 0] += 1 }
                return .success(finding)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    static func closed(_ path: String) {
        openFiles.withLock { counts in
            let count = counts[path, default: 1] - 1
            counts[path] = count > 0 ? count : nil
        }
    }

    /// Refuses, before anything is put beside it, what is there and is no journal.
    static func refuseForeign(_ path: String) throws(QueueError) {
        try openFiles.withLock { counts throws(QueueError) in
            guard counts[path] == nil, let (header, size) = try read(path), size > 0 else { return }
            try checkKind(header, path)
        }
    }

    /// Of a file that nobody has open.
    static func isJournal(_ path: String) -> Bool { (try? examine(path)) == .journal }

    private static func examine(_ path: String) throws(QueueError) -> Finding {
        guard let (header, size) = try read(path) else { return .missing }
        if size == 0 { return .empty }
        try checkKind(header, path)
        try checkSize(size, header, path)
        return .journal
    }

    /// The first 100 bytes and the size; `nil` of a file that is missing.
    private static func read(
        _ path: String
    ) throws(QueueError) -> (header: ArraySlice<UInt8>, size: Int)? {
        var info = stat()
        if stat(path, &info) != 0 {
            if errno == ENOENT { return nil }
            throw .system("The journal \(path) cannot be opened")
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw QueueError(.badJournal, "\(path) is not a journal: it is not a regular file.")
        }
        // Each name has a lock and a log of its own, so that there could be two owners.
        guard info.st_nlink <= 1 else {
            throw QueueError(
                .badJournal,
                "\(path) has another name, which is a hard link; remove one of them, or make the "
                    + "other a copy or a symbolic link.")
        }
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .system("The journal \(path) cannot be opened") }
        defer { closeFile(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        guard fstat(descriptor, &info) == 0 else {
            throw .system("The journal \(path) cannot be read")
        }
        let count = pread(descriptor, &header, header.count, 0)
        guard count >= 0 else { throw .system("The journal \(path) cannot be read") }
        return (header[..<count], Int(info.st_size))
    }

    private static func checkKind(
        _ header: ArraySlice<UInt8>, _ path: String
    ) throws(QueueError) {
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw QueueError(
                .badJournal, "\(path) is not a journal; it was left as it is.")
        }
        guard number(at: 68, header) == UInt32(bitPattern: applicationID) else {
            throw QueueError(
                .badJournal, "\(path) is the database of another program; it was left as it is.")
        }
        let version = Int(number(at: 60, header))
        guard version <= MigrationRunner.newestVersion else {
            throw .newer(path, version: version)
        }
    }

    private static func checkSize(
        _ size: Int, _ header: ArraySlice<UInt8>, _ path: String
    ) throws(QueueError) {
        let stored = Int(header[16]) << 8 | Int(header[17])
        let pageSize = stored == 1 ? 65_536 : stored
        // While there is a log, the file may be behind its own header.
        guard fileSize(path + "-wal") == 0 else { return }
        let expected = Int(number(at: 28, header)) * pageSize
        guard pageSize >= 512, size % pageSize == 0, size >= expected else {
            throw QueueError(
                .badJournal,
                "The journal \(path) is truncated: \(size) bytes instead of "
                    + "\(expected); it was left as it is.")
        }
    }

    private static func number(at offset: Int, _ header: ArraySlice<UInt8>) -> UInt32 {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// 0 for a file that is missing.
    static func fileSize(_ path: String) -> Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }
}

extension QueueError {
    static func newer(_ path: String, version: Int) -> QueueError {
        QueueError(
            .journalVersion,
            "The journal \(path) has schema version \(version), and this program "
                + "knows up to \(MigrationRunner.newestVersion); use a newer program.")
    }
}
