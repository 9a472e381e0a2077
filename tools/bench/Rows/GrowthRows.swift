import DurableFutures
import Foundation
import FutureJournal
import FutureModel

extension Rows {
    static let growth = [
        submitGrowth, submitBesideMany, claimBesideMany, readingMany, startWithMany,
    ]

    private static let submitGrowth = Row(
        name: "submit-growth", work: "500 submits after as many before them, nothing run.",
        sides: [0, 10_000, 100_000].map { before in
            .ours("after \(before)") { setting in
                try await Work.withSubmitter(setting) { executor in
                    for _ in 0..<before / 500 {
                        _ = try await executor.submit(Work.noop, each: Array(0..<500))
                    }
                    let sample = try await submits(executor)
                    try await executor.checkPending(before + 1000)
                    return sample
                }
            }
        },
        goals: [.ratio("after 10000", .p50, .atMost(1.2), to: "after 0")])

    /// 500 measured submits, after as many that warm the log.
    private static func submits(_ executor: Submitter) async throws -> Sample {
        for number in 0..<500 { _ = try await executor.submit(Work.noop, number) }
        var latencies: [Duration] = []
        for number in 0..<500 {
            latencies.append(
                try await measure { _ = try await executor.submit(Work.noop, number) })
        }
        return Sample(latencies: latencies)
    }

    private static let many: [(name: String, content: SeededJournal.Content)] = [
        ("nothing", .nothing), ("10,000,000 finished", .finished),
        ("1,000,000 pending", .pending), ("100,000 waiting for later", .waiting),
    ]

    private static func notSlower(than reference: String) -> [Goal] {
        many.dropFirst().map { .ratio($0.name, .p50, .atMost(1.2), to: reference) }
    }

    private static let submitBesideMany = Row(
        name: "growth-submit", work: "500 submits to a journal that holds very much.",
        sides: many.map { name, content in
            .ours(name) { setting in
                try await SeededJournal.with(content, setting) { path in
                    try await Work.withSubmitter(journal: path) { try await submits($0) }
                }
            }
        },
        goals: notSlower(than: "nothing"), repetitionLimit: 3)

    private static let claimBesideMany = Row(
        name: "growth-claim", work: "500 claims of one future from a journal that holds very much.",
        sides: many.map { name, content in
            .ours(name) { setting in
                try await SeededJournal.with(content, setting) { path in
                    try await Work.withSubmitter(journal: path) { executor in
                        _ = try await executor.submit(Work.noop, each: Array(0..<1000))
                        return try await claims(executor.journal)
                    }
                }
            }
        },
        goals: notSlower(than: "nothing"), repetitionLimit: 3)

    private static func claims(_ journal: SQLiteJournal) async throws -> Sample {
        let routes = TaskRoutes(pools: [.thread], tasks: ["noop": .thread])
        func claim() async throws {
            let claimed = try await withCheckedThrowingContinuation { continuation in
                journal.claim(.thread, limit: { 1 }, routes: routes) { answer in
                    continuation.resume(with: answer.mapError { $0 as any Error })
                }
            }
            try check(claimed.count == 1, "\(claimed.count) futures were claimed")
        }
        for _ in 0..<500 { try await claim() }
        var latencies: [Duration] = []
        for _ in 0..<500 { latencies.append(try await measure { try await claim() }) }
        return Sample(latencies: latencies)
    }

    /// Each shows a full page, or all there is.
    private static func looks(at content: SeededJournal.Content) -> [Look] {
        let failed = content.finished / 100
        let pending = content.pending + content.waiting
        let succeeded = content.finished - 2 * failed
        let all = content.finished + pending
        func list(_ filter: ListFilter, of count: Int) -> Look {
            { reader in
                let shown = try await reader.list(filter).futures.count
                try check(
                    shown == min(count, filter.limit), "list shows \(shown) of \(filter.limit)")
            }
        }
        return [
            list(ListFilter(), of: all), list(ListFilter(states: [.pending]), of: pending),
            list(ListFilter(states: [.failed]), of: failed),
            list(ListFilter(states: [.succeeded]), of: succeeded),
            list(ListFilter(queue: "default"), of: all), list(ListFilter(task: "noop"), of: all),
            { reader in
                let total = try await reader.stats().total
                try check(
                    total.succeeded == succeeded && total.pending == pending,
                    "stats counts \(total.succeeded) that succeeded, \(total.pending) pending")
            },
        ]
    }

    private typealias Look = @Sendable (JournalReader) async throws -> Void

    private static let readingMany = Row(
        name: "growth-list",
        work: "The slowest of 20 looks of each kind, by list and stats, at a journal that holds "
            + "very much.",
        sides: many.map { name, content in
            .ours(name) { setting in
                try await SeededJournal.with(content, setting) { path in
                    var slowest = Duration.zero
                    let reader = try JournalReader.open(try JournalLocation(path))
                    defer { reader.close() }
                    for look in looks(at: content) {
                        for _ in 0..<20 {
                            slowest = max(slowest, try await measure { try await look(reader) })
                        }
                    }
                    return [.milliseconds: slowest.seconds * 1000]
                }
            }
        },
        goals: many.dropFirst().map {
            Goal(side: $0.name, metric: .milliseconds, bound: .atMost(50))
        }, repetitionLimit: 1)

    private static let starts: [(String, SeededJournal.Content, Double)] = [
        ("nothing", .nothing, 300), ("10,000 pending", .init(pending: 10_000), 300),
        ("1,000,000 pending, 1,000 to recover", .init(pending: 1_000_000, running: 1000), 1000),
        ("100,000 waiting for later", .waiting, 1000), ("10,000,000 finished", .finished, 1000),
    ]

    private static let startWithMany = Row(
        name: "growth-start", work: "From the start of an owner to the first line of a task.",
        sides: starts.map { name, content, _ in
            .ours(name) { setting in
                try await SeededJournal.with(content, setting) { path in
                    let elapsed = try await Work.firstStart(
                        journal: path, submitting: content.pending == 0)
                    return [.milliseconds: elapsed.seconds * 1000]
                }
            }
        },
        goals: starts.map {
            Goal(side: $0.0, metric: .milliseconds, bound: .atMost($0.2))
        }, repetitionLimit: 1)
}
