import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
    private func bench() -> Bench {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(
            .command(1, ["x"], .running), .command(2), .command(3), .command(4).exited(0))
        bench.service.state.withLock { state in
            state.status.owner = OwnerIdentity(
                process: .current, program: "queued", version: "0.1")
        }
        return bench
    }

    @Test func waitsUntilTheOwnerIsGone() async {
        let bench = bench()
        let words = ["shutdown", "--pending", "cancel", "--running", "requeue", "--grace", "1m"]
        #expect(await bench.run(words) == 0)
        #expect(
            bench.stderr.text
                == "shutting down: 1 running (1 requeue), 2 pending (2 cancel)\n")
        let requests = bench.service.state.withLock { $0.shutdownRequests }
        #expect(
            requests == [
                ShutdownRequest(pending: .cancel, running: .requeue, grace: .seconds(60))
            ])
    }

    @Test func mayOnlySayWhatWouldBe() async throws {
        let bench = bench()
        #expect(await bench.run("shutdown", "--plan") == 0)
        #expect(
            bench.stdout.text == """
                ID  STATE    FATE
                1   running  finish
                2   pending  keep
                3   pending  keep

                """)
        #expect(bench.service.state.withLock { $0.shutdownRequests.isEmpty })
        let other = self.bench()
        #expect(await other.run("shutdown", "--plan", "--json", "--pending", "run") == 0)
        #expect(try other.json()["entries"]?[1]?["fate"] == .string("run"))
    }

    @Test func whatIsNotListedIsCounted() async {
        let bench = bench()
        bench.service.state.withLock { $0.unlisted = 5 }
        #expect(await bench.run("shutdown", "--plan") == 0)
        #expect(bench.stderr.text == "5 older pending futures: keep\n")
        let other = self.bench()
        other.service.state.withLock { $0.unlisted = 5 }
        #expect(await other.run("shutdown") == 0)
        #expect(
            other.stderr.text
                == "shutting down: 1 running (1 finish), 7 pending (7 keep)\n")
    }

    @Test func withNoOwnerADaemonIsNeeded() async {
        let bench = bench()
        bench.service.state.withLock { $0.failure = QueueError(.noOwner, "No daemon.") }
        #expect(await bench.run("shutdown") == 69)
    }
}
