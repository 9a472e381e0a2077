/// What `Future.result()` and `Future.exception()` throw for a future that was cancelled.
///
/// Not Swift's `CancellationError`, which says that the *caller* was cancelled while it waited.
public struct CancelledError: Error, Sendable, Hashable {
    /// Why, as the journal has it.
    public let reason: String
}

extension CancelledError: CustomStringConvertible {
    public var description: String { "the future was cancelled: \(reason)" }
}
