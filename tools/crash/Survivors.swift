import CProcess
import Foundation

/// The processes that a daemon or what it started has started: all that have its traces'
/// directory in their environment, whoever their parent is now.
struct Survivors {
    private let mark: [UInt8]

    init(of traces: Traces) { mark = Array("\(LoadDaemon.traces)=\(traces.directory)\0".utf8) }

    /// Waits on each until none is left; false if that takes longer than `limit`.
    func end(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let processes = all.map { cp_open_process($0) }.filter { $0 >= 0 }
            if processes.isEmpty { return true }
            defer { processes.forEach { close($0) } }
            while processes.contains(where: { cp_has_ended($0) == 0 }) {
                if ContinuousClock.now > deadline { return false }
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// For where a mistake was planted that leaves them.
    func kill() {
        for pid in all { Foundation.kill(pid, SIGKILL) }
    }

    var count: Int { all.count }

    /// Those that are there now.
    private var all: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            let bytes = environment(of: pid)
            return cp_holds(bytes, bytes.count, mark, mark.count) != 0
        }
    }
}

/// The environment a process was started with; empty where it cannot be read or has ended.
func environment(of pid: pid_t) -> [UInt8] {
    let file = open("/proc/\(pid)/environ", O_RDONLY | O_CLOEXEC)
    if file < 0 { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
        let count = read(file, &chunk, chunk.count)
        if count <= 0 { return bytes }
        bytes += chunk[..<count]
    }
}
