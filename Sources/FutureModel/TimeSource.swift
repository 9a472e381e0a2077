/// The clocks, so that a test can turn them by hand.
package protocol TimeSource: Sendable {
    /// The wall clock: for what people read, and for `runAt`.
    func now() -> Timestamp

    /// The monotonic clock, from a beginning of its own.
    var elapsed: Duration { get }

    /// Calls `action` once, on a thread of the source's own, when `delay` has passed on the
    /// monotonic clock. `action` must not block.
    func schedule(
        after delay: Duration, _ action: @escaping @Sendable () -> Void
    ) -> ScheduledAction
}

extension TimeSource {
    /// Returns when `delay` has passed on the monotonic clock; throws `CancellationError` if the
    /// caller is cancelled first.
    package func sleep(for delay: Duration) async throws {
        let (waking, alarm) = AsyncStream<Never>.makeStream()
        let timer = schedule(after: delay) { alarm.finish() }
        for await _ in waking {}
        timer.cancel()
        try Task.checkCancellation()
    }
}

/// A timer that has been set.
package struct ScheduledAction: Sendable {
    private let onCancel: @Sendable () -> Void

    package init(onCancel: @escaping @Sendable () -> Void) { self.onCancel = onCancel }

    /// Does nothing once the action has begun.
    package func cancel() { onCancel() }
}
