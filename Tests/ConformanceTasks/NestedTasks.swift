package import DurableFutures

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

/// Waits at a gate, then submits another future and waits for its value.
package let submitAtGate = TaskDefinition("submit_at_gate") { (key: String) -> Int in
    let executor = try AttemptExecutor.current()
    try Gate.pass(key)
    return try await executor.submit(double, 21).result()
}
