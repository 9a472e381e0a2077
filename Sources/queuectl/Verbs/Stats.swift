import ArgumentParser
import FutureModel

struct Stats: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count futures by queue and state.",
        discussion: """
            Examples:
              queuectl stats
              queuectl stats --json | jq .total.pending
            """)

    @OptionGroup var journal: JournalOptions
    @OptionGroup var reading: ReadOptions

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connectToLook(session)
        let stats = try await service.stats()
        if reading.json {
            try session.console.json(stats)
        } else {
            session.console.block(Self.text(stats))
        }
        return ExitStatusCode.succeeded
    }

    private static func text(_ stats: QueueStats) -> String {
        var table = Table(
            header: ["QUEUE"] + FutureState.allCases.map { $0.rawValue.uppercased() })
        func append(_ name: String, _ counts: QueueStats.Counts) {
            table.append([name] + FutureState.allCases.map { counts[$0].description })
        }
        for (name, counts) in stats.queues.sorted(by: { $0.key < $1.key }) { append(name, counts) }
        if stats.queues.count != 1 { append("(all)", stats.total) }
        return table.text
    }
}
