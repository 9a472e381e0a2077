import Foundation

/// Which process it is, beyond the reuse of its number: pid, start time and boot.
package struct ProcessIdentity: Codable, Sendable, Hashable {
    package var pid: Int32
    /// In clock ticks since boot, as field 22 of `/proc/PID/stat`; on macOS in microseconds.
    package var startTime: UInt64
    /// `/proc/sys/kernel/random/boot_id`.
    package var bootID: String

    /// "bootId" is what snake_case JSON makes of `boot_id` again.
    private enum CodingKeys: String, CodingKey {
        case pid, startTime
        case bootID = "bootId"
    }

    package init(pid: Int32, startTime: UInt64, bootID: String) {
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
    }
}

extension ProcessIdentity {
    package static let bootID: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    }()

    package static let current: ProcessIdentity = {
        let pid = getpid()
        return ProcessIdentity(pid: pid, startTime: startTime(of: pid) ?? 0, bootID: bootID)
    }()

    /// When `pid` started, or `nil` if there is no such process.
    package static func startTime(of pid: Int32) -> UInt64? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            // The name, in parentheses, may hold anything; the fields after it may not.
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }

    /// Whether this very process still runs.
    package var isAlive: Bool {
        bootID == Self.bootID && Self.startTime(of: pid) == startTime
    }
}
