import Foundation
import FutureModel
import Testing

/// Random operations, against a model in memory. `QUEUECTL_MODEL_RUNS` makes more of them.
@Suite(.timeLimit(.minutes(10)))
struct ModelTests {
    private static let runs =
        Int(ProcessInfo.processInfo.environment["QUEUECTL_MODEL_RUNS"] ?? "") ?? 12

    @Test(arguments: 0..<UInt64(runs))
    func theJournalDoesWhatTheModelDoes(_ run: UInt64) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let steps = Self.steps(seed: seed, count: 300)
        guard let difference = try await ModelRun.difference(after: steps) else { return }
        let shortest = try await Self.shrink(steps)
        Issue.record("seed \(seed): \(difference)\nshortest: \(shortest)")
    }

    private static func steps(seed: UInt64, count: Int) -> [ModelStep] {
        var generator = SplitMix(state: seed)
        return (0..<count).map { _ in ModelStep.random(&generator) }
    }

    /// Leaves out as many steps as can be, first large parts and then single ones.
    private static func shrink(_ steps: [ModelStep]) async throws -> [ModelStep] {
        var shortest = steps
        var length = steps.count / 2
        while length > 0 {
            var start = 0
            while start < shortest.count {
                var shorter = shortest
                shorter.removeSubrange(start..<min(start + length, shorter.count))
                if try await ModelRun.difference(after: shorter) != nil {
                    shortest = shorter
                } else {
                    start += length
                }
            }
            length /= 2
        }
        return shortest
    }
}

/// The same seed, the same steps.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
