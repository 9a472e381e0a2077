import ConformanceTasks
import DurableFutures
import Foundation
import TestSupport
import Testing

/// Cancelling while the workers take what is to be cancelled.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CancelRaceTests {
    @Test(
        "what cancel() says is true however close the start is", .statement(15, 125),
        arguments: ExecutorKind.allCases)
    func race(_ kind: ExecutorKind) async throws {
        try await withExecutor(kind, workers: 3) { executor, place in
            let paths = (0..<400).map { "\(place.directory)/ran-\($0)" }
            let futures = try await executor.submit(mark, each: paths)
            // From the middle on both sides, so that some are met before their start, some after.
            let answers = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                for lane in 0..<4 {
                    for index in stride(from: lane, to: futures.count, by: 4) where index % 8 < 6 {
                        group.addTask { (index, try await futures[index].cancel()) }
                    }
                }
                var answers: [Int: Bool] = [:]
                for try await (index, isCancelled) in group { answers[index] = isCancelled }
                return answers
            }
            _ = try await wait(futures)
            for (index, future) in futures.enumerated() {
                let hasRun = FileManager.default.fileExists(atPath: paths[index])
                let state = try await future.state
                let isCancelled = answers[index] == true
                #expect(hasRun == !isCancelled, "future \(future.id)")
                #expect(state == (isCancelled ? .cancelled : .succeeded), "future \(future.id)")
            }
        }
    }

    @Test("of many that cancel one future at once all hear the same", .statement(15, 125))
    func sameFuture() async throws {
        try await withExecutor(workers: 2) { executor, place in
            for number in 0..<40 {
                let path = "\(place.directory)/ran-\(number)"
                let future = try await executor.submit(mark, path)
                let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<4 { group.addTask { try await future.cancel() } }
                    return try await group.reduce(into: Set<Bool>()) { $0.insert($1) }
                }
                _ = try await future.outcome()
                let hasRun = FileManager.default.fileExists(atPath: path)
                #expect(answers.count == 1 && answers.contains(!hasRun))
            }
        }
    }
}
