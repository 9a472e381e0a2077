import Foundation

/// Who keeps a snapshot of a journal open, as far as the kernel tells.
enum LogReaders {
    /// The bytes of the shared index that readers lock, by the format of the write-ahead log.
    private static let readLocks = 123...127

    /// Their process ids and names, as part of a sentence; `nil` where that cannot be told.
    static func names(of path: String) -> String? {
        var info = stat()
        guard stat(path + "-shm", &info) == 0 else { return nil }
        // The table is read in parts, between which a line may move out of sight.
        for _ in 0..<10 {
            guard let table = table() else { return nil }
            let lines = table.split(separator: "\n")
            let pids = Set(lines.compactMap { holder($0, inode: info.st_ino) })
            if !pids.isEmpty { return pids.sorted().map(name).joined(separator: " and ") }
        }
        return nil
    }

    /// The kernel's locks. It tells no size, and gives a part at a time.
    private static func table() -> String? {
        let file = openFile("/proc/locks", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { closeFile(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = read(file, &part, part.count), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The process of a line such as `7: POSIX  ADVISORY  READ  812 fe:00:262145 124 124`, if it
    /// is a reader's of that file.
    static func holder(_ line: Substring, inode: UInt) -> Int32? {
        let fields = line.split(separator: " ")
        guard fields.count == 8, fields[1] == "POSIX", fields[3] == "READ",
            let start = Int(fields[6]), readLocks.contains(start),
            let number = fields[5].split(separator: ":").last, UInt(number) == inode
        else { return nil }
        return Int32(fields[4])
    }

    private static func name(_ pid: Int32) -> String {
        if pid == getpid() { return "this process (pid \(pid))" }
        let text = (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) ?? ""
        // Whoever started it chose its name.
        let name = text.unicodeScalars.filter { $0.isASCII && $0.value > 32 && $0.value < 127 }
        return "process \(pid)"
            + (name.isEmpty ? "" : " (\(String(String.UnicodeScalarView(name))))")
    }
}
