package import DurableFutures
import Foundation

/// The numbers of Fibonacci, each a future that waits for two others.
package let fib: TaskDefinition<Int, Int> = TaskDefinition("fib") { (n: Int) -> Int in
    if n < 2 { return n }
    let executor = try AttemptExecutor.current()
    let first = try await executor.submit(fib, n - 1)
    let second = try await executor.submit(fib, n - 2)
    return try await first.result() + second.result()
}

/// Sums the doubles of 1 to `n`, by a `map` of its own.
package let sumOfDoubles = TaskDefinition("sum_of_doubles") { (n: Int) -> Int in
    var sum = 0
    for try await value in try AttemptExecutor.current().map(double, over: 1...n) { sum += value }
    return sum
}

/// Waits at a gate, and then for another future, whose id a file holds.
package let awaitAnother: TaskDefinition<String, Int> =
    TaskDefinition("await_another") { (key: String) -> Int in
        try Gate.pass(key)
        let id = try Gate.note(of: key)
        return try await AttemptExecutor.current().future(id: id, of: awaitAnother).result()
    }

/// Of a future: what waiting for itself gives.
package let awaitItself = TaskDefinition("await_itself") { () -> Int in
    let executor = try AttemptExecutor.current()
    guard let id = AttemptExecutor.currentFuture else { return 0 }
    return try await executor.future(id: id, of: Int.self).result()
}

/// Of a future: what the error says that it gets for waiting for itself.
package let catchCycle = TaskDefinition("catch_cycle") { () -> String in
    let executor = try AttemptExecutor.current()
    guard let id = AttemptExecutor.currentFuture else { return "" }
    do {
        return try await executor.future(id: id, of: String.self).result()
    } catch let error as QueueError where error.code == .waitCycle {
        return error.message
    }
}

/// Waits at a gate, and then for the text of another future, whose id a file holds.
package let awaitText = TaskDefinition("await_text") { (key: String) -> String in
    try Gate.pass(key)
    let id = try Gate.note(of: key)
    return try await AttemptExecutor.current().future(id: id, of: String.self).result()
}

/// Reads the texts of futures that have ended, in each way there is; how many bytes each gave.
package let gather = TaskDefinition("gather") { (ids: [FutureID]) -> [Int] in
    let executor = try AttemptExecutor.current()
    // None of them knows of its end.
    func futures() async throws -> [Future<String>] {
        var futures: [Future<String>] = []
        for id in ids { futures.append(try await executor.future(id: id, of: blob)) }
        return futures
    }
    var sums = [0, 0, 0]
    for future in try await wait(futures()).done { sums[0] += try await future.result().utf8.count }
    for try await future in asCompleted(try await futures()) {
        sums[1] += try await future.result().utf8.count
    }
    let shared = try await futures()
    try await withThrowingTaskGroup(of: Int.self) { group in
        for future in shared { group.addTask { try await future.result().utf8.count } }
        for try await count in group { sums[2] += count }
    }
    return sums
}

/// Counts the bytes of many texts, by a `map` of its own.
package let measureBlobs = TaskDefinition("measure_blobs") { (count: Int, chunkSize: Int) -> Int in
    let texts = repeatElement(String(repeating: "/", count: 1 << 20), count: count)
    var sum = 0
    for try await value in try AttemptExecutor.current().map(
        measure, over: texts, chunkSize: chunkSize, key: "measure")
    { sum += value }
    return sum
}

/// What is left behind by a task: asks for something once its first gate is open, leaves beside
/// that gate which error it got, and opens its second gate.
package struct LateQuestion: Codable, Sendable {
    package let gates: [String]

    package init(_ gates: Gate...) { self.gates = gates.map(\.key) }

    /// Once the second gate is open.
    package var answer: String? {
        try? String(contentsOfFile: gates[0] + ".answer", encoding: .utf8)
    }

    fileprivate func ask(_ question: @Sendable () async throws -> Void) async {
        var answer = "none"
        do {
            try Gate.pass(gates[0])
            try await question()
        } catch {
            answer = (error as? QueueError)?.code.rawValue ?? "\(error)"
        }
        _ = FileManager.default.createFile(
            atPath: gates[0] + ".answer", contents: Data(answer.utf8))
        _ = FileManager.default.createFile(atPath: gates[1] + ".open", contents: nil)
    }
}

/// Returns at once, and leaves a Swift task behind that submits another future later.
package let submitLate = TaskDefinition("submit_late") { (late: LateQuestion) -> Int in
    let executor = try AttemptExecutor.current()
    Task { await late.ask { _ = try await executor.submit(double, 21) } }
    return 1
}

/// Returns at once, and leaves a Swift task behind that waits for the future itself.
package let awaitLate = TaskDefinition("await_late") { (late: LateQuestion) -> Int in
    let executor = try AttemptExecutor.current()
    guard let id = AttemptExecutor.currentFuture else { return 0 }
    let future = try await executor.future(id: id, of: Int.self)
    Task { await late.ask { _ = try await future.result(timeout: .seconds(3600)) } }
    return 1
}

/// Waits at a gate, then submits another future and waits for its value.
package let submitAtGate = TaskDefinition("submit_at_gate") { (key: String) -> Int in
    let executor = try AttemptExecutor.current()
    try Gate.pass(key)
    return try await executor.submit(double, 21).result()
}
