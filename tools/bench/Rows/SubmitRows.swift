import DurableFutures
import Foundation

extension Rows {
    static let submits = [submitOne, submitMany, submitBatch]

    private static let submitOne = Row(
        name: "submit-one", work: "Durable submits by one caller, one after another.",
        sides: [
            .floor("raw SQLite") { try await Floors.submitOne($0, count: 3000) },
            .ours("submit") { setting in
                try await Work.withSubmitter(setting) { executor in
                    var latencies: [Duration] = []
                    for number in 0..<3000 {
                        latencies.append(
                            try await measure { _ = try await executor.submit(Work.noop, number) })
                    }
                    try await executor.checkPending(3000)
                    return Sample(latencies: latencies)
                }
            },
        ],
        goals: [
            .ratio("submit", .perSecond, .atLeast(0.85), to: "raw SQLite"),
            Goal(side: "submit", metric: .p99, bound: .atMost(1500)),
        ])

    private static let submitMany = Row(
        name: "submit-64", work: "Durable submits by 64 concurrent callers.",
        sides: [
            .floor("raw group commit") {
                try await Floors.submitGrouped($0, callers: 64, count: 32_000)
            },
            .ours("submit") { setting in
                try await Work.withSubmitter(setting) { executor in
                    let times = Latencies()
                    let elapsed = try await measure {
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for _ in 0..<64 {
                                group.addTask {
                                    var own: [Duration] = []
                                    for number in 0..<500 {
                                        own.append(
                                            try await measure {
                                                _ = try await executor.submit(Work.noop, number)
                                            })
                                    }
                                    times.add(own)
                                }
                            }
                            try await group.waitForAll()
                        }
                    }
                    try await executor.checkPending(32_000)
                    var sample = Sample(latencies: times.all)
                    sample[.perSecond] = 32_000 / elapsed.seconds
                    return sample
                }
            },
        ],
        goals: [
            .ratio("submit", .perSecond, .atLeast(0.65), to: "raw group commit"),
            Goal(side: "submit", metric: .perSecond, bound: .atLeast(20_000)),
        ])

    private static let submitBatch = Row(
        name: "submit-batch", work: "Durable submits of 512 futures in one call.",
        sides: [
            .floor("raw SQLite, 512 rows a commit") {
                try await Floors.submitBatches($0, rows: 512, count: 150)
            },
            .ours("submit(each:)") { setting in
                try await Work.withSubmitter(setting) { executor in
                    let numbers = Array(0..<512)
                    let elapsed = try await measure {
                        for _ in 0..<150 {
                            _ = try await executor.submit(Work.noop, each: numbers)
                        }
                    }
                    try await executor.checkPending(512 * 150)
                    return Sample(512 * 150, in: elapsed)
                }
            },
        ],
        goals: [Goal(side: "submit(each:)", metric: .perSecond, bound: .atLeast(100_000))])
}
