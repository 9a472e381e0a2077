import DurableFutures
import Foundation
import FutureJournal
import FutureModel

extension Rows {
    static let growth = [submitGrowth]

    private static let submitGrowth = Row(
        name: "submit-growth", work: "500 submits after as many before them, nothing run.",
        sides: [0, 10_000, 100_000].map { before in
            .ours("after \(before)") { setting in
                try await Work.withSubmitter(setting) { executor in
                    // The log is as warm for the first as for the others.
                    for number in 0..<500 { _ = try await executor.submit(Work.noop, number) }
                    for _ in 0..<before / 500 {
                        _ = try await executor.submit(Work.noop, each: Array(0..<500))
                    }
                    var latencies: [Duration] = []
                    for number in 0..<500 {
                        latencies.append(
                            try await measure { _ = try await executor.submit(Work.noop, number) })
                    }
                    try await executor.checkPending(before + 1000)
                    return Sample(latencies: latencies)
                }
            }
        },
        goals: [.ratio("after 10000", .p50, .atMost(1.2), to: "after 0")])
}
