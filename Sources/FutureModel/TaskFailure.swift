/// The exception with which a future failed, as the journal keeps it.
///
/// It is what `Future.result()` throws when the error that the task threw is not of a registered
/// type. Its ``type`` is one of the names below where the system itself ended the attempt.
public struct TaskFailure: Error, Codable, Sendable, Hashable {
    /// The name of the error's type.
    public var type: String
    /// What went wrong, for a person.
    public var message: String
    /// The error itself as JSON, where its type is registered with the task.
    public var payload: Payload?
    /// The status with which a command exited; 128 + n where signal n ended it. Else `nil`.
    public var exitCode: Int32?
    /// The signal that ended a command or a worker process. Else `nil`.
    public var signal: Int32?
    /// The number of the attempt that failed.
    public var attempt: Int?
    /// Where that attempt ran.
    public var place: AttemptPlace?

    public init(
        type: String, message: String, payload: Payload? = nil, exitCode: Int32? = nil,
        signal: Int32? = nil, attempt: Int? = nil, place: AttemptPlace? = nil
    ) {
        self.type = type
        self.message = message.truncatedToLimit
        self.payload = payload
        self.exitCode = exitCode
        self.signal = signal
        self.attempt = attempt
        self.place = place
    }
}

extension TaskFailure {
    /// A command exited with a status other than 0, or a signal ended it.
    public static let commandFailed = "CommandFailed"
    /// A command could not be started: it does not exist, say, or may not be executed.
    public static let commandNotStarted = "CommandNotStarted"
    /// The worker process or the owner died while the attempt ran.
    public static let workerDied = "WorkerDied"
    /// The attempt ran longer than its time limit and was stopped.
    public static let timeLimitExceeded = "TimeLimitExceeded"
    /// The arguments do not fit the task's parameters.
    public static let badArguments = "BadArguments"
    /// The value or the error could not be written as JSON, or is over the limit.
    public static let badValue = "BadValue"
}

extension TaskFailure: CustomStringConvertible {
    /// Such as `MyError: no such host (attempt 2, process pool, pid 4711 on box)`.
    public var description: String {
        let parts = [attempt.map { "attempt \($0)" }, place?.description].compactMap { $0 }
        return parts.isEmpty ? sentence : "\(sentence) (\(parts.joined(separator: ", ")))"
    }

    /// What went wrong, without where.
    package var sentence: String { "\(type): \(message)" }
}

extension String {
    fileprivate var truncatedToLimit: String {
        guard utf8.count > Limits.messageByteCount else { return self }
        return String(decoding: utf8.prefix(Limits.messageByteCount), as: UTF8.self)
            + "… [\(utf8.count - Limits.messageByteCount) bytes cut]"
    }
}
