public import FutureModel
import FuturePools

/// How a future ended.
public enum Outcome<Value: Sendable>: Sendable {
    case succeeded(Value)
    /// With the task's error as itself if its type is registered, else a ``TaskFailure``.
    case failed(any Error)
    /// Why, as the journal has it.
    case cancelled(reason: String)
}

/// Makes a typed outcome of what the journal keeps.
struct ValueDecoder<Value: Sendable>: Sendable {
    /// The task's name, which a re-attached future must have.
    let task: String
    let value: @Sendable (FutureSnapshot, Payload, ExecutorCore) async throws -> Value
    let error: @Sendable (TaskFailure) -> any Error

    func outcome(
        of snapshot: FutureSnapshot, _ core: ExecutorCore
    ) async throws -> Outcome<Value> {
        switch snapshot.outcome {
        case .succeeded(let payload)?:
            return .succeeded(try await value(snapshot, payload, core))
        case .failed(let failure)?: return .failed(error(failure))
        case .cancelled(let reason)?: return .cancelled(reason: reason)
        case nil:
            throw QueueError(.badJournal, "Future \(snapshot.id) has ended without an outcome.")
        }
    }
}

extension ValueDecoder where Value: Decodable {
    init(task: String, error: @escaping @Sendable (TaskFailure) -> any Error) {
        self.init(
            task: task,
            value: { snapshot, payload, _ throws(QueueError) in
                do {
                    return try payload.decode(as: Value.self)
                } catch {
                    throw QueueError(
                        .typeMismatch,
                        "Future \(snapshot.id) holds \(payload.json.prefix(100)), which is not "
                            + "of type \(Value.self).")
                }
            }, error: error)
    }
}

extension ValueDecoder where Value == CommandResult {
    static let command = ValueDecoder(
        task: Command.taskName,
        value: { snapshot, _, core in
            CommandResult(output: try await core.output(snapshot.id))
        }, error: { $0 })
}

/// What a command that succeeded, with exit status 0, has written.
///
/// A command that failed throws a ``TaskFailure`` with its ``TaskFailure/exitCode``.
public struct CommandResult: Sendable, Hashable {
    public let output: CapturedOutput

    /// What it wrote to stdout, anything invalid replaced by U+FFFD.
    public var stdout: String { output.stdout.text }
    /// What it wrote to stderr, anything invalid replaced by U+FFFD.
    public var stderr: String { output.stderr.text }
}
