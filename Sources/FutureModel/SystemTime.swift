import Dispatch
import Foundation

/// The machine's clocks.
package struct SystemTime: TimeSource {
    private static let queue = DispatchQueue(label: "futures.timers")

    private static let start = ContinuousClock.now

    package init() {}

    package func now() -> Timestamp { Timestamp(Date()) }

    package var elapsed: Duration { Self.start.duration(to: .now) }

    package func schedule(
        after delay: Duration, _ action: @escaping @Sendable () -> Void
    ) -> ScheduledAction {
        let timer = DispatchSource.makeTimerSource(queue: Self.queue)
        let bounded = min(max(delay, .zero), .seconds(100 * 365 * 86_400))
        timer.schedule(deadline: .now() + .milliseconds(Int(clamping: bounded.milliseconds)))
        timer.setEventHandler {
            action()
            timer.cancel()
        }
        timer.activate()
        let handle = TimerHandle(timer: timer)
        return ScheduledAction { handle.timer.cancel() }
    }
}

/// Unchecked: a Dispatch source may be cancelled from any thread.
private struct TimerHandle: @unchecked Sendable {
    let timer: any DispatchSourceTimer
}
