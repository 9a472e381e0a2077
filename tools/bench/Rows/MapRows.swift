import DurableFutures
import Foundation

extension Rows {
    static let maps = [mapMemory]

    private static let mapMemory = Row(
        name: "map-memory",
        work:
            "A map over --map-inputs numbers, drawn as results are read, no more than 1024 ahead.",
        sides: [
            .ours("map, 64 threads") { setting in
                try await setting.inDirectory { directory in
                    let path = directory.appending(path: "journal.db").path
                    return try await withThreadPoolExecutor(
                        journal: path, maxWorkers: 64, tasks: Work.tasks
                    ) { try await longMap(setting.mapInputCount, $0, directory) }
                }
            }
        ],
        // What a run of any length holds is there after a tenth of it.
        goals: [Goal(side: "map, 64 threads", metric: .growth, bound: .atMost(1.1))],
        repetitionLimit: 1)

    private static func longMap(
        _ count: Int, _ executor: ThreadPoolExecutor, _ directory: URL
    ) async throws -> Sample {
        var sample: Sample = [:]
        var read = 0
        try Memory.resetPeak()
        let elapsed = try await measure {
            for try await number in executor.map(Work.noop, over: 0..<count, bufferSize: 1024) {
                try check(number == read, "\(number) came in the place of \(read)")
                read += 1
                if read == count / 10 { sample[.megabytesAtTenth] = try Memory.peak }
            }
        }
        try check(read == count, "\(read) of \(count) came")
        let peak = try Memory.peak
        sample[.megabytes] = peak
        sample[.growth] = sample[.megabytesAtTenth].map { peak / $0 }
        sample[.journalMegabytes] = try journalMegabytes(directory)
        sample[.perSecond] = Double(count) / elapsed.seconds
        return sample
    }

    /// The journal with its log.
    private static func journalMegabytes(_ directory: URL) throws -> Double {
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: [.fileSizeKey])
        let byteCount = try files.reduce(0) {
            try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }
        return Double(byteCount) / 1_000_000
    }
}

/// The most memory that this process has held, as the system counts it.
enum Memory {
    static func resetPeak() throws {
        try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// In megabytes, since ``resetPeak()``.
    static var peak: Double {
        get throws {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            guard let peak = status.firstMatch(of: /VmHWM:\s+(\d+) kB/), let kB = Double(peak.1)
            else { throw WrongResult(description: "/proc/self/status has no VmHWM") }
            return kB * 1024 / 1_000_000
        }
    }
}
