import Foundation

/// A `queued` of this build, run as a process of its own.
final class RunningDaemon {
    let journal: String
    let pid: pid_t
    private let process: Process

    /// Returns once it serves; how long that took.
    static func start(journal: String) throws -> (daemon: RunningDaemon, startUp: Duration) {
        let clock = ContinuousClock()
        let begin = clock.now
        let daemon = try RunningDaemon(journal: journal)
        return (daemon, begin.duration(to: clock.now))
    }

    private init(journal: String) throws {
        self.journal = journal
        process = Process()
        process.executableURL = Setting.programs.appending(path: "queued")
        process.arguments = ["--journal", journal, "--commands", "2"]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        var said = Data()
        while !String(decoding: said, as: UTF8.self).contains("ready") {
            let more = pipe.fileHandleForReading.availableData
            try check(!more.isEmpty, "queued: \(String(decoding: said, as: UTF8.self))")
            said += more
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// In MB, as the system counts what is resident.
    var memory: Double {
        get throws { Double(try value("VmRSS", of: "/proc/\(pid)/status")) * 1024 / 1_000_000 }
    }

    /// How often each of its threads has slept and been woken, by the thread's number.
    var wakeUpCounts: [String: Int] {
        get throws {
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
            let counts = try threads.map {
                ($0, try value("voluntary_ctxt_switches", of: "/proc/\(pid)/task/\($0)/status"))
            }
            return Dictionary(uniqueKeysWithValues: counts)
        }
    }

    private func value(_ key: String, of path: String) throws -> Int {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(key + ":") }
        let number = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
        guard let number else { throw WrongResult(description: "\(path) has no \(key)") }
        return number
    }
}
