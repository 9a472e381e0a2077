import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct HistoryTests {
    private func bench() -> Bench {
        let bench = Bench()
        bench.service.add(.command(1))
        bench.service.state.withLock { state in
            state.history = [
                HistoryEntry(at: TestTime.noon, event: "submitted"),
                HistoryEntry(
                    at: TestTime.noon + .seconds(61), event: "crashed", attempt: 1,
                    exception: TaskFailure(
                        type: "WorkerDied", message: "signal 9", attempt: 1,
                        place: AttemptPlace(pool: .process, host: "box", pid: 7)),
                    detail: "not charged"),
            ]
        }
        return bench
    }

    @Test func isATable() async {
        let bench = bench()
        #expect(await bench.run("history", "1") == 0)
        #expect(
            bench.stdout.text == """
                TIME                 ATTEMPT  EVENT      DETAIL
                2026-05-01 14:00:00  -        submitted
                2026-05-01 14:01:01  1        crashed    WorkerDied: signal 9; process pool, pid 7 on box; not charged

                """)
    }

    @Test func inJSONIsAnArray() async throws {
        let bench = bench()
        #expect(await bench.run("history", "--json", "1") == 0)
        #expect(try bench.json()[0]?["at"] == .string("2026-05-01T12:00:00.000Z"))
        #expect(try bench.json()[1]?["exception"]?["type"] == .string("WorkerDied"))
        let place = try bench.json()[1]?["exception"]?["place"]
        #expect(place?["pool"] == .string("process") && place?["host"] == .string("box"))
        #expect(place?["pid"] == .integer(7))
    }

    @Test func anUnknownIdIsTold() async {
        #expect(await Bench().run("history", "1") == 127)
    }
}
