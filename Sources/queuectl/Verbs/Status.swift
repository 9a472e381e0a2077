import ArgumentParser
import Foundation
import FutureModel

struct Status: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say who owns the journal, and what it is doing.",
        discussion: """
            Exits with 0 also when no daemon runs, and says how to start one.

            Examples:
              queuectl status
              queuectl status --json | jq -r .phase
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var reading: ReadOptions

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connectToLook(session)
        let report = StatusReport(
            status: try await service.status(), counts: try await service.stats().total)
        if reading.json {
            try session.console.json(report)
        } else {
            session.console.block(text(report, session))
        }
        return ExitStatusCode.succeeded
    }

    private func text(_ report: StatusReport, _ session: Session) -> String {
        let status = report.status
        var table = Table()
        table.append("journal", status.journal)
        table.append("owner", owner(status))
        if let owner = status.owner {
            if let since = report.since {
                let uptime = DurationText.brief(session.time.now() - since)
                let moment = LocalTime.text(since, in: session.timeZone())
                table.append("since", "\(moment) (\(uptime))")
            }
            if let socket = owner.socket { table.append("socket", socket) }
            for pool in status.pools {
                table.append("\(pool.kind) pool", "\(pool.running) of \(pool.capacity) busy")
            }
            let tasks = status.tasks.sorted().joined(separator: ", ")
            table.append("tasks", tasks.isEmpty ? "commands only" : tasks)
        }
        for state in FutureState.allCases {
            table.append(state.rawValue, report.counts[state].description)
        }
        if let warning = status.warning { table.append("warning", warning) }
        return table.text
    }

    private func owner(_ status: ServiceStatus) -> String {
        let name = status.owner.map {
            "\($0.program) \($0.version), pid \($0.process.pid)"
        }
        switch status.phase {
        case .noOwner: return "none; start one with: \(startCommand(status.journal))"
        case .serving: return name ?? "unknown"
        case .shuttingDown: return "\(name ?? "unknown"), shutting down"
        case .unserved: return "\(name ?? "unknown"), which serves no socket"
        }
    }

    private func startCommand(_ path: String) -> String {
        WorkText.shellText(["queued"] + (journal.path == nil ? [] : ["--journal", path]))
    }
}

/// The status with the counts, as one JSON object.
struct StatusReport: Encodable {
    var status: ServiceStatus
    var counts: QueueStats.Counts

    /// When the owner's process began.
    var since: Timestamp? { status.owner?.process.startedAt }

    private enum CodingKeys: String, CodingKey { case counts, since }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(counts, forKey: .counts)
        try container.encode(since, forKey: .since)
    }
}

extension ProcessIdentity {
    /// Its start time on the wall clock; `nil` where this boot is another or `/proc` is missing.
    var startedAt: Timestamp? {
        guard bootID == Self.bootID,
            let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = stat.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let bootSeconds = Int64(line.dropFirst("btime ".count))
        else { return nil }
        let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
        guard ticksPerSecond > 0, let ticks = Int64(exactly: startTime) else { return nil }
        return Timestamp(milliseconds: bootSeconds * 1000 + ticks * 1000 / ticksPerSecond)
    }
}
