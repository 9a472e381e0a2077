import Foundation

/// All rows of one run, with what one must know to compare them with others.
struct Report: Codable, Sendable {
    struct Machine: Codable, Sendable {
        var processors: Int
        var processor: String
        var system: String
        /// The file system that was written to.
        var disk: String
    }

    var date: String
    var commit: String
    var repetitions: Int
    var machine: Machine
    /// What repeats it.
    var command: String
    var rows: [RowReport] = []

    init(setting: Setting, repetitions: Int) {
        date = Date.now.formatted(.iso8601.year().month().day())
        commit = Shell.line(["git", "describe", "--always", "--dirty", "--abbrev=12"]) ?? "unknown"
        self.repetitions = repetitions
        machine = Machine(
            processors: ProcessInfo.processInfo.activeProcessorCount,
            processor: Shell.line(["sed", "-n", "s/^model name.*: //p;T;q", "/proc/cpuinfo"])
                ?? "unknown",
            system: Shell.line(["uname", "-sr"]) ?? "unknown",
            disk: Shell.line(["stat", "-f", "-c", "%T", setting.directory.path]) ?? "unknown")
        let arguments = CommandLine.arguments.dropFirst().joined(separator: " ")
        command =
            "swift build -c release --static-swift-stdlib --product bench && .build/release/bench"
            + (arguments.isEmpty ? "" : " " + arguments)
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// For a terminal.
    var text: String {
        rows.map { row in
            var lines = ["\(row.name): \(row.work)"]
            lines += row.sides.map { "  \($0.role.rawValue)  \($0.name): \($0.summary)" }
            lines += row.verdicts.map { "  goal  \($0.goal): \($0.summary)" }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

extension RowReport.SideReport {
    var summary: String {
        if let absence { return "not measured: \(absence)" }
        return Metric.allCases.compactMap { metric in
            figures[metric].map { "\($0.text) \(metric.label)" }
        }.joined(separator: "; ")
    }
}

extension RowReport.Verdict {
    var summary: String {
        guard let measured, let isReached else { return "not measured" }
        return "\(measured.text), \(isReached ? "reached" : "not reached")"
    }
}

extension Spread {
    var text: String { "\(median.short) (\(low.short)–\(high.short))" }
}
