import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct RetryTests {
    @Test func printsTheNewIds() async {
        let bench = Bench()
        bench.service.add(.command(3).exited(1), .command(4).exited(1))
        #expect(await bench.run("retry", "3", "4") == 0)
        #expect(bench.stdout.text == "5\n6\n")
        #expect(bench.stderr.text == "")
    }

    @Test func saysThatNothingRunsWithoutADaemon() async {
        let bench = Bench()
        bench.service.state.withLock { $0.status.phase = .noOwner }
        bench.service.add(.command(3).exited(1), .command(4).exited(1))
        #expect(await bench.run("retry", "3", "4") == 0)
        #expect(
            bench.stderr.text
                == "no daemon is running: 2 futures stay pending until `queued` starts\n")
    }

    @Test func anUnknownIdIsTold() async {
        #expect(await Bench().run("retry", "3") == 127)
    }
}
