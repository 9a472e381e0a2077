package import DurableFutures
import Foundation

/// Doubles a number.
package let double = TaskDefinition("double") { (n: Int) -> Int in 2 * n }

/// Raises to a power.
package let power = TaskDefinition("power") { (base: Int, exponent: Int) -> Int in
    (0..<exponent).reduce(1) { value, _ in value * base }
}

/// Returns its text.
package let echo = TaskDefinition("echo") { (text: String) -> String in text }

/// Returns a text of so many bytes.
package let blob = TaskDefinition("blob") { (byteCount: Int) -> String in
    String(repeating: "x", count: byteCount)
}

/// Returns how many bytes its text has.
package let measure = TaskDefinition("measure") { (text: String) -> Int in text.utf8.count }

/// Waits at a ``Gate``, and returns its key.
package let hold = TaskDefinition("hold") { (key: String) -> String in
    try Gate.pass(key)
    return key
}

/// Waits at a gate and then fails.
package let holdAndRefuse = TaskDefinition("hold_and_refuse") { (key: String) -> String in
    try Gate.pass(key)
    throw Refusal(code: 1)
}
.throwing(Refusal.self)

/// An error type that is registered.
package struct Refusal: Error, Codable, Equatable {
    package let code: Int

    package init(code: Int) { self.code = code }
}

/// Fails with a registered error.
package let refuse = TaskDefinition("refuse") { (text: String) -> String in
    throw Refusal(code: text.count)
}
.throwing(Refusal.self)

/// An error type that nobody else can name.
private struct Hidden: Error, Codable, CustomStringConvertible {
    let code: Int
    var description: String { "hidden \(code)" }
}

/// Fails with a registered error of a private type.
package let failHidden = TaskDefinition("fail_hidden") { (code: Int) -> Int in
    throw Hidden(code: code)
}
.throwing(Hidden.self)

/// An error type that is not registered.
package struct Plain: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "plain words" }
}

/// Fails with an error that is not registered.
package let failPlainly = TaskDefinition("fail_plainly") { () -> Int in throw Plain() }

/// Fails with the very error that a wait's own expiry is.
package let timeOutItself = TaskDefinition("time_out_itself") { () -> Int in
    throw QueueError(.timedOut, "the task's own")
}

/// Fails with an error that is `false` and empty.
package struct Falsy: Error, Codable, Equatable, ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) {}
}

/// Fails with an empty error.
package let failFalsely = TaskDefinition("fail_falsely") { () -> Int in throw Falsy() }
    .throwing(Falsy.self)

extension Falsy {
    package init() { self = false }
}

/// Returns its text, but refuses one that ends with an exclamation mark.
package let echoOrRefuse = TaskDefinition("echo_or_refuse") { (text: String) -> String in
    if text.hasSuffix("!") { throw Refusal(code: text.count) }
    return text
}
.throwing(Refusal.self)

/// Returns the number of the process in which it runs.
package let whereAmI = TaskDefinition("where_am_i") { () -> Int32 in getpid() }

/// Ends its process.
package let exitWith = TaskDefinition("exit_with") { (status: Int32) -> Int in exit(status) }

/// Leaves a file of that path, to show that it ran.
package let mark = TaskDefinition("mark") { (path: String) -> String in
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return path
}

/// Returns the name that the system has for the thread on which it runs.
package let threadName = TaskDefinition("thread_name") { () -> String in
    try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
        .trimmingCharacters(in: .newlines)
}

/// One call of a long `map`: the one at which it halts waits at a gate.
package struct Step: Codable, Sendable {
    package let number: Int
    package let gate: String?

    package init(number: Int, gate: String? = nil) {
        self.number = number
        self.gate = gate
    }
}

/// Multiplies a step's number by ten.
package let tenfold = TaskDefinition("tenfold") { (step: Step) -> Int in
    if let gate = step.gate { try Gate.pass(gate) }
    return 10 * step.number
}

/// All of them.
package let conformanceTasks: [any TaskRegistration] = [
    double, power, echo, hold, holdAndRefuse, refuse, failHidden, failPlainly, timeOutItself,
    failFalsely,
    echoOrRefuse, whereAmI, exitWith, mark, threadName, tenfold, takeNumber, takeExact, endless,
    takeFragile, fib, sumOfDoubles, awaitAnother, awaitItself, catchCycle, awaitText,
    submitAtGate, submitLate, awaitLate, blob, measure, gather, measureBlobs,
]
