import FutureModel
import Synchronization
import TestSupport
import Testing

/// The tests' own clock, on which many of them rest.
struct ManualTimeTests {
    @Test func timersFireInOrderAtTheirTime() {
        let time = ManualTime(Timestamp(milliseconds: 0))
        let fired = Mutex<[String]>([])
        @Sendable func note(_ name: String) {
            fired.withLock { $0.append("\(name)@\(time.now().milliseconds)") }
        }
        _ = time.schedule(after: .milliseconds(20)) {
            note("b")
            _ = time.schedule(after: .milliseconds(5)) { note("c") }
        }
        _ = time.schedule(after: .milliseconds(10)) { note("a") }
        let cancelled = time.schedule(after: .milliseconds(15)) { note("never") }
        _ = time.schedule(after: .milliseconds(40)) { note("later") }
        cancelled.cancel()
        time.advance(by: .milliseconds(30))
        #expect(fired.withLock { $0 } == ["a@10", "b@20", "c@25"])
        #expect(time.now().milliseconds == 30 && time.timerCount == 1)
    }

    @Test func aJumpOfTheWallClockFiresNothing() {
        let time = ManualTime(Timestamp(milliseconds: 0))
        let fired = Mutex(false)
        _ = time.schedule(after: .seconds(1)) { fired.withLock { $0 = true } }
        time.jumpWall(by: .seconds(86_400))
        #expect(time.now().milliseconds == 86_400_000)
        #expect(!fired.withLock { $0 })
        time.jumpWall(by: .seconds(-86_400))
        time.advance(by: .seconds(1))
        #expect(fired.withLock { $0 })
    }
}
