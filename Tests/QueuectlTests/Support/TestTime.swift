import FutureModel

/// A clock that stands; its timers go off at once, or never.
struct TestTime: TimeSource {
    static let noon = Timestamp("2026-05-01T12:00:00Z")!

    var timersFire: Bool

    func now() -> Timestamp { Self.noon }

    var elapsed: Duration { .zero }

    func schedule(
        after delay: Duration, _ action: @escaping @Sendable () -> Void
    ) -> ScheduledAction {
        if timersFire { action() }
        return ScheduledAction {}
    }
}
