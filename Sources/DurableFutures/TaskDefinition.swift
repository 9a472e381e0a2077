import Foundation
public import FutureModel
package import FuturePools

/// A Swift function that can be queued: its name in the journal, and its body.
///
///     let power = TaskDefinition("power") { (base: Int, exponent: Int) -> Int in … }
///     let future = try await executor.submit(power, 2, 10)
///
/// The name is what the journal keeps, so it outlives the program: a name that changes its
/// meaning, its parameters or its result changes them for futures that are already submitted.
/// Arguments and result are stored as JSON, by their `Codable` conformances.
public struct TaskDefinition<each Argument: Codable & Sendable, Output: Codable & Sendable>:
    TaskRegistration
{
    public let name: String
    /// Where it runs when a daemon has both pools; an embedded executor runs it on its own.
    public let pool: PoolKind
    let function: @Sendable (repeat each Argument) async throws -> Output
    var errorTypes: [String: RegisteredErrorType] = [:]

    /// Defines a task.
    ///
    /// - Parameters:
    ///   - name: 1 to 250 bytes without NUL, not ending with `[]`; `command` is taken.
    ///   - pool: ``PoolKind/thread`` or ``PoolKind/process``.
    ///   - function: the body. It may block its thread, and it may suspend. An error that it
    ///     throws ends the attempt as failed; it is not thrown by `submit`.
    public init(
        _ name: String, pool: PoolKind = .thread,
        _ function: @escaping @Sendable (repeat each Argument) async throws -> Output
    ) {
        precondition(
            name != Command.taskName && (1...250).contains(name.utf8.count)
                && !name.hasSuffix("[]") && !name.utf8.contains(0),
            "not a task's name: '\(name)'")
        precondition(pool != .command, "a function runs on threads or in worker processes")
        self.name = name
        self.pool = pool
        self.function = function
    }

    /// Registers an error type: thrown by the function, it comes back from `result()` as itself,
    /// in any process and after any restart, rather than as a ``TaskFailure``.
    public func throwing<Failure: Error & Codable>(_ type: Failure.Type) -> Self {
        var copy = self
        copy.errorTypes[errorTypeName(type)] = RegisteredErrorType(type)
        return copy
    }

    public var registration: RegisteredTask {
        RegisteredTask(bodies: [
            TaskBody(name: name, pool: pool, run: run),
            TaskBody(name: chunkName, pool: pool, run: runChunk),
        ])
    }

    /// Under this name the journal has futures that make several calls, for `map`.
    var chunkName: String { name + "[]" }

    func encode(_ argument: repeat each Argument) throws(QueueError) -> Payload {
        var plain = PlainJSONList()
        repeat plain.append(each argument)
        if let json = plain.json { return Payload(json: json) }
        var list = ArgumentList()
        repeat list.append(each argument)
        do {
            return try Payload(encoding: list)
        } catch {
            throw QueueError(
                .badInput, "The arguments of '\(name)' cannot be written as JSON: \(error)")
        }
    }

    /// Rebuilds the error with which an attempt failed.
    func error(for failure: TaskFailure) -> any Error {
        guard let payload = failure.payload, let type = errorTypes[failure.type] else {
            return failure
        }
        return type.decode(payload) ?? failure
    }
}

/// The full name of a type, the same in every process and every build: without the address that
/// stands in the name of a private or local one.
func errorTypeName(_ type: any Error.Type) -> String {
    String(reflecting: type).replacing(/\(unknown context at \$[0-9a-f]+\)\./, with: "")
}

/// What an executor or a daemon can be given to run.
public protocol TaskRegistration: Sendable {
    var registration: RegisteredTask { get }
}

/// A task with its types erased.
public struct RegisteredTask: Sendable {
    /// Of single calls, and of several in one future.
    package let bodies: [TaskBody]
}

/// An error type that can be written to the journal and read back.
struct RegisteredErrorType: Sendable {
    let encode: @Sendable (any Error) -> Payload?
    let decode: @Sendable (Payload) -> (any Error)?

    init<Failure: Error & Codable>(_ type: Failure.Type) {
        encode = { error in (error as? Failure).flatMap { try? Payload(encoding: $0) } }
        decode = { payload in try? payload.decode(as: Failure.self) }
    }
}

/// Encodes a function's arguments as one JSON array.
private struct ArgumentList: Encodable {
    private var arguments: [any Encodable] = []

    mutating func append(_ argument: some Encodable) { arguments.append(argument) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for argument in arguments { try container.encode(argument) }
    }
}
