import DurableFutures
import FutureJournal
import TestSupport

let power = TaskDefinition("power") { (base: Int, exponent: Int) -> Int in
    (0..<exponent).reduce(1) { value, _ in value * base }
}

let double = TaskDefinition("double") { (n: Int) -> Int in 2 * n }

struct Refusal: Error, Codable, Equatable {
    let code: Int
}

let refuse = TaskDefinition("refuse") { (code: Int) -> Int in throw Refusal(code: code) }
    .throwing(Refusal.self)

struct Plain: Error, CustomStringConvertible {
    var description: String { "plain words" }
}

let failPlainly = TaskDefinition("fail_plainly") { () -> Int in throw Plain() }

/// Opens when the test says so; calls that wait for it are told apart by nothing.
let gate = Gate()

let waitForGate = TaskDefinition("wait_for_gate") { (key: String) -> String in
    try await gate.wait(key)
    return key
}

let allTasks: [any TaskRegistration] = [power, double, refuse, failPlainly, waitForGate]

/// Keys that attempts wait for, each opened by the test that chose it.
actor Gate {
    private var opened: Set<String> = []
    private var arrived: Set<String> = []
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]
    private var watching: [String: [CheckedContinuation<Void, Never>]] = [:]

    func wait(_ key: String) async throws {
        arrived.insert(key)
        for watcher in watching.removeValue(forKey: key) ?? [] { watcher.resume() }
        if opened.contains(key) { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting[key, default: []].append($0) }
        } onCancel: {
            Task { await open(key) }
        }
        try Task.checkCancellation()
    }

    func open(_ key: String) {
        opened.insert(key)
        for waiter in waiting.removeValue(forKey: key) ?? [] { waiter.resume() }
    }

    /// Returns once somebody waits for `key`.
    func arrival(_ key: String) async {
        if arrived.contains(key) { return }
        await withCheckedContinuation { watching[key, default: []].append($0) }
    }
}

/// Runs `body` with a thread pool on a journal of its own.
@discardableResult
func withExecutor<Value>(
    workers: Int = 2, _ body: (ThreadPoolExecutor, TemporaryJournal) async throws -> Value
) async throws -> Value {
    let place = try TemporaryJournal()
    return try await withThreadPoolExecutor(
        journal: place.location.path, maxWorkers: workers, tasks: allTasks
    ) { try await body($0, place) }
}
