import Testing

@testable import DurableFutures

/// What one commit of a `map` takes.
@Suite(.timeLimit(.minutes(10)))
struct MapPlanTests {
    private func batchCounts(
        of inputs: [Int], chunkSize: Int, upTo count: Int
    ) async throws -> [Int] {
        try await withExecutor { executor, _ in
            let length = TaskDefinition("length") { (text: String) -> Int in text.utf8.count }
            let plan = MapPlan(
                task: length, core: executor.core, chunkSize: chunkSize, key: nil,
                options: SubmitOptions())
            var rest = inputs.map { String(repeating: "x", count: $0) }.makeIterator()
            var counts: [Int] = []
            while true {
                let batch = try plan.draw(count, from: &rest)
                counts.append(batch.inputs.count)
                #expect(batch.arguments.count == batch.inputs.count)
                if batch.isLast { return counts }
            }
        }
    }

    @Test func itHasTheCountThatItMayHave() async throws {
        let small = Array(repeating: 10, count: 10)
        #expect(try await batchCounts(of: small, chunkSize: 1, upTo: 4) == [4, 4, 2])
        #expect(try await batchCounts(of: small, chunkSize: 3, upTo: 9) == [9, 1])
        #expect(try await batchCounts(of: [], chunkSize: 1, upTo: 4) == [0])
    }

    @Test func itEndsByItsBytesToo() async throws {
        let large = Array(repeating: 1 << 20, count: 20)
        #expect(try await batchCounts(of: large, chunkSize: 1, upTo: 256) == [8, 8, 4])
    }

    @Test func itHasWholeChunks() async throws {
        let large = Array(repeating: 1 << 20, count: 20)
        #expect(try await batchCounts(of: large, chunkSize: 3, upTo: 255) == [9, 9, 2])
        #expect(try await batchCounts(of: large, chunkSize: .max, upTo: .max) == [20])
    }
}
