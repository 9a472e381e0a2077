import DurableFutures
import Foundation
import FutureDaemon

/// A daemon with functions that do what functions may do to it.
@main struct TestDaemon: TaskDaemon {
    static let tasks: [any TaskRegistration] = [
        abortNow, add, echo, sameDecimal, sameDouble, fail, meet, sleepUntilCancelled,
        ignoreCancellation, hog, ignoreOnThread,
    ]
}

private let abortNow = TaskDefinition("abort_now", pool: .process) { () -> Int in abort() }

private let add = TaskDefinition("add", pool: .process) { (first: Int, second: Int) -> Int in
    first + second
}

private let echo = TaskDefinition("echo") { (text: String) -> String in text }

private let sameDecimal = TaskDefinition("same_decimal", pool: .process) {
    (number: Decimal) -> [Decimal] in [number]
}

private let sameDouble = TaskDefinition("same_double") { (number: Double) -> Double in number }

private struct Refusal: Error, CustomStringConvertible {
    let description: String
}

private let fail = TaskDefinition("fail") { (message: String) -> Int in
    throw Refusal(description: message)
}

/// Tells one named pipe that it is there, and waits for a line of the other.
private let meet = TaskDefinition("meet", pool: .process) { (told: String, gate: String) -> Int in
    try tell(told)
    let line = FileHandle(forReadingAtPath: gate)
    _ = try line?.read(upToCount: 1)
    return Int(getpid())
}

private let sleepUntilCancelled = TaskDefinition("sleep_until_cancelled") {
    (told: String) async throws -> Int in
    try tell(told)
    try await Task.sleep(for: .seconds(3600))
    return 0
}

/// Blocks its thread or process whatever it is told.
private let ignoreCancellation = TaskDefinition("ignore_cancellation", pool: .process) {
    (told: String) -> Int in
    try tell(told)
    while true { sleep(3600) }
}

/// The same on a thread.
private let ignoreOnThread = TaskDefinition("ignore_on_thread", pool: .thread) {
    (told: String) -> Int in
    try tell(told)
    while true { sleep(3600) }
}

/// Joins a control group, and takes memory for as long as it gets some.
private let hog = TaskDefinition("hog", pool: .process) { (group: String) throws -> Int in
    guard let file = FileHandle(forWritingAtPath: group) else {
        throw CocoaError(.fileNoSuchFile)
    }
    try file.write(contentsOf: Data("\(getpid())\n".utf8))
    while true { memset(malloc(1 << 20), 1, 1 << 20) }
}

private func tell(_ path: String) throws {
    guard let file = FileHandle(forWritingAtPath: path) else {
        throw CocoaError(.fileNoSuchFile)
    }
    try file.write(contentsOf: Data("\(getpid())\n".utf8))
    try file.close()
}
