import Foundation
import Testing

/// A control group with little memory, for one test.
struct MemoryGroup {
    private static let megabytes = 48
    private let path: String

    /// Where a process writes its number to join.
    var processes: String { path + "/cgroup.procs" }

    /// The second version's one hierarchy, or the first one's for memory; `nil` where there is
    /// none that may be written.
    private static let parent: (path: String, limit: String)? = {
        let own = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        let second = own.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
        let choices = [
            ("/sys/fs/cgroup\(second)/..", "memory.max"), ("/sys/fs/cgroup", "memory.max"),
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        ]
        return choices.first { path, limit in
            let probe = "\(path)/probe-\(UUID().uuidString)"
            guard mkdir(probe, 0o755) == 0 else { return false }
            defer { rmdir(probe) }
            return access("\(probe)/\(limit)", W_OK) == 0
                && access("\(probe)/cgroup.procs", W_OK) == 0
        }
    }()

    static var isPossible: Bool { geteuid() == 0 && parent != nil }

    init() throws {
        let (parent, limit) = try #require(Self.parent)
        path = "\(parent)/test-\(UUID().uuidString)"
        try #require(mkdir(path, 0o755) == 0)
        for name in [limit, "memory.swap.max"] {
            let bytes = name == limit ? Self.megabytes << 20 : 0
            try? Data("\(bytes)\n".utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        }
    }

    /// When all its processes have ended.
    func remove() { rmdir(path) }
}
