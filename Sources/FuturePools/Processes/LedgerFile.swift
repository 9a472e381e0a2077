import CProcess
import Foundation
import FutureModel

/// The ledger's file: a header with the boot it belongs to, then slots of ``cp_identity``.
enum LedgerFile {
    static let headerByteCount = 128
    static let slotByteCount = MemoryLayout<cp_identity>.stride
    private static let magic = "durable-futures children 1\n"

    /// Makes the file an empty ledger of this boot.
    static func reset(_ file: Int32, path: String) throws(QueueError) {
        var header = Array((magic + ProcessIdentity.bootID + "\n").utf8)
        header += [UInt8](repeating: 0, count: headerByteCount - header.count)
        guard ftruncate(file, 0) == 0, pwrite(file, header, header.count, 0) == header.count else {
            throw ChildrenLedger.failure("written", path, errno)
        }
    }

    /// The processes that are recorded; none of another boot's. `nil` if there is no such file.
    static func read(path: String) throws(QueueError) -> [cp_identity]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw ChildrenLedger.failure("opened", path, errno)
        }
        defer { close(file) }
        var info = stat()
        if fstat(file, &info) != 0 { throw ChildrenLedger.failure("read", path, errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw foreign(path) }
        var bytes = [UInt8](repeating: 0, count: headerByteCount)
        let length = pread(file, &bytes, headerByteCount, 0)
        if length < 0 { throw ChildrenLedger.failure("read", path, errno) }
        let header = bytes[..<length]
        guard header.starts(with: magic.utf8) || magic.utf8.starts(with: header) else {
            throw foreign(path)
        }
        // Cut short: its owner died while it made the file, before its first child.
        if length < headerByteCount { return [] }
        let lines = String(decoding: header, as: UTF8.self).split(separator: "\n")
        if lines.dropFirst().first.map(String.init) != ProcessIdentity.bootID { return [] }
        return try readSlots(file, path)
    }

    private static func foreign(_ path: String) -> QueueError {
        QueueError(.badJournal, "'\(path)' is not a ledger of children; move it away.")
    }

    private static func readSlots(
        _ file: Int32, _ path: String
    ) throws(QueueError) -> [cp_identity] {
        var found: [cp_identity] = []
        var chunk = [cp_identity](repeating: cp_identity(), count: 1024)
        var offset = off_t(headerByteCount)
        while true {
            let length = pread(file, &chunk, chunk.count * slotByteCount, offset)
            if length < 0 { throw ChildrenLedger.failure("read", path, errno) }
            let count = length / slotByteCount
            if count == 0 { return found }
            found += chunk.prefix(count).filter { $0.pid > 0 }
            offset += off_t(count * slotByteCount)
        }
    }
}
