import CProcess
import Foundation

/// One process as `/proc/PID/stat` shows it.
struct ProcessEntry: Sendable, Hashable {
    var pid: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    /// The letter of its state; `Z` and `X` have ended and wait to be reaped.
    var state: UInt8
    /// In clock ticks since boot.
    var startTime: UInt64

    var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
}

/// The processes of this machine, as far as they can be seen from here.
enum ProcessTable {
    /// All there are at about this moment; `nil` if they cannot be listed, for want of a
    /// descriptor say.
    static func snapshot() -> [ProcessEntry]? {
        guard let directory = opendir("/proc") else { return nil }
        defer { closedir(directory) }
        var entries: [ProcessEntry] = []
        while let item = readdir(directory) {
            let pid = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { Int32(atoi($0)) }
            }
            if pid > 0, let entry = entry(pid) { entries.append(entry) }
        }
        return entries
    }

    /// `nil` if there is no such process.
    static func entry(_ pid: Int32) -> ProcessEntry? {
        withFile("/proc/\(pid)/stat") { file in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
                let length = read(file, buffer.baseAddress, buffer.count)
                return length > 0 ? parse(pid, UnsafeRawBufferPointer(buffer).prefix(length)) : nil
            }
        }
    }

    /// Whether the environment with which `pid` was started holds an entry that begins with
    /// `prefix`; false if it cannot be read.
    static func environment(of pid: Int32, holds prefix: [UInt8]) -> Bool {
        withFile("/proc/\(pid)/environ") { file in
            var bytes: [UInt8] = [0]
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while true {
                let length = read(file, &chunk, chunk.count)
                if length <= 0 { break }
                bytes += chunk[..<length]
            }
            bytes.append(0)
            let needle = [0] + prefix
            return cp_holds(bytes, bytes.count, needle, needle.count) != 0
        } ?? false
    }

    private static func withFile<T>(_ path: String, _ body: (Int32) -> T?) -> T? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { return nil }
        defer { close(file) }
        return body(file)
    }

    private static func parse(
        _ pid: Int32, _ text: Slice<UnsafeRawBufferPointer>
    ) -> ProcessEntry? {
        // The name, in parentheses, may hold anything; the fields after it may not.
        guard let nameEnd = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(nameEnd + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        guard fields.count > 19, let state = fields[0].first else { return nil }
        func number(_ index: Int) -> UInt64 {
            fields[index].reduce(0) { $0 &* 10 &+ UInt64($1 &- UInt8(ascii: "0")) }
        }
        return ProcessEntry(
            pid: pid, parent: Int32(truncatingIfNeeded: number(1)),
            group: Int32(truncatingIfNeeded: number(2)),
            session: Int32(truncatingIfNeeded: number(3)), state: state, startTime: number(19))
    }
}
