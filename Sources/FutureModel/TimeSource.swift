/// The clocks, so that a test can turn them by hand.
package protocol TimeSource: Sendable {
    /// The wall clock: for what people read, and for `runAt`.
    func now() -> Timestamp

    /// Calls `action` once, on a thread of the source's own, when `delay` has passed on the
    /// monotonic clock. `action` must not block.
    func schedule(
        after delay: Duration, _ action: @escaping @Sendable () -> Void
    ) -> ScheduledAction
}

/// A timer that has been set.
package struct ScheduledAction: Sendable {
    private let onCancel: @Sendable () -> Void

    package init(onCancel: @escaping @Sendable () -> Void) { self.onCancel = onCancel }

    /// Does nothing once the action has begun.
    package func cancel() { onCancel() }
}
