import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct CancelTests {
    @Test func saysForEachWhatItDid() async {
        let bench = Bench()
        bench.service.add(
            .command(7), .command(8, ["sleep"], .running), .command(9).exited(0),
            .command(10).exited(1), .command(11).ended(.cancelled(reason: "")))
        #expect(await bench.run("cancel", "7", "8", "9", "10", "11") == 1)
        #expect(
            bench.stdout.text == """
                7 cancelled before it ran
                8 terminated
                9 had already succeeded
                10 had already failed
                11 had already been cancelled

                """)
    }

    @Test func exitsWithZeroIfEachIsCancelled() async {
        let bench = Bench()
        bench.service.add(
            .command(7), .command(8, ["sleep"], .running),
            .command(9).ended(.cancelled(reason: "")))
        #expect(await bench.run("cancel", "--grace", "30", "7", "8", "9") == 0)
        let requests = bench.service.state.withLock { $0.cancelRequests }
        #expect(requests == [CancelRequest(grace: .seconds(30))])
    }

    @Test func mayLeaveRunningOnesAlone() async {
        let bench = Bench()
        bench.service.add(.command(10, ["sleep"], .running))
        #expect(await bench.run("cancel", "--pending-only", "10") == 1)
        #expect(bench.stdout.text == "10 is running (left alone: --pending-only)\n")
    }

    @Test func mayOnlyAsk() async {
        let bench = Bench()
        bench.service.state.withLock { $0.onlyAsks = true }
        bench.service.add(.function(11, "f", .running))
        #expect(await bench.run("cancel", "11") == 1)
        #expect(bench.stdout.text == "11 asked to stop\n")
    }

    @Test func anUnknownIdChangesNothing() async {
        let bench = Bench()
        bench.service.add(.command(7))
        #expect(await bench.run("cancel", "7", "8") == 127)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text.contains("Nothing was cancelled."))
        #expect(bench.service.state.withLock { $0.records[7]?.state } == .pending)
    }

    @Test func answersInJSON() async throws {
        let bench = Bench()
        bench.service.add(.command(7))
        #expect(await bench.run("cancel", "--json", "7") == 0)
        #expect(
            try bench.json()
                == .array([
                    .object([
                        "id": .integer(7), "kind": .string("never_ran"),
                        "state": .string("cancelled"),
                    ])
                ]))
    }
}
