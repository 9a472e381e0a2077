package import FutureModel
import Synchronization

/// A time source that stands still until a test turns it.
package final class ManualTime: TimeSource {
    private struct Timer {
        var id: Int
        var due: Duration
        var action: @Sendable () -> Void
    }

    private struct State {
        var wall: Timestamp
        /// The monotonic clock, from 0.
        var elapsed = Duration.zero
        var timers: [Timer] = []
        var nextID = 0

        /// The earliest timer that is due by `moment`, taken out; first set, first fired.
        mutating func takeTimer(dueBy moment: Duration) -> Timer? {
            guard
                let next = timers.min(by: { ($0.due, $0.id) < ($1.due, $1.id) }),
                next.due <= moment
            else { return nil }
            timers.removeAll { $0.id == next.id }
            return next
        }
    }

    private let state: Mutex<State>

    /// Begins on 1 May 2026 at noon, unless told otherwise.
    package init(_ start: Timestamp = Timestamp(milliseconds: 1_777_636_800_000)) {
        state = Mutex(State(wall: start))
    }

    package func now() -> Timestamp { state.withLock { $0.wall } }

    package var elapsed: Duration { state.withLock { $0.elapsed } }

    package func schedule(
        after delay: Duration, _ action: @escaping @Sendable () -> Void
    ) -> ScheduledAction {
        let id = state.withLock { state in
            state.nextID += 1
            let timer = Timer(
                id: state.nextID, due: state.elapsed + max(delay, .zero), action: action)
            state.timers.append(timer)
            return timer.id
        }
        return ScheduledAction { [self] in
            state.withLock { state in state.timers.removeAll { $0.id == id } }
        }
    }

    /// How many timers are set and have not fired.
    package var timerCount: Int { state.withLock { $0.timers.count } }

    /// Turns both clocks on. Actions that come due run on the caller's thread, in their order,
    /// each at its own time; what they schedule fires too if it comes due.
    package func advance(by duration: Duration) {
        let end = state.withLock { $0.elapsed + duration }
        while let timer = next(by: end) { timer.action() }
    }

    /// Sets the wall clock alone, as an administrator or a time server does.
    package func jumpWall(by duration: Duration) {
        state.withLock { $0.wall = $0.wall + duration }
    }

    private func next(by end: Duration) -> Timer? {
        state.withLock { state in
            let timer = state.takeTimer(dueBy: end)
            let moment = max(state.elapsed, timer?.due ?? end)
            state.wall = state.wall + (moment - state.elapsed)
            state.elapsed = moment
            return timer
        }
    }
}
