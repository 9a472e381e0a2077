import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct RunTests {
    @Test func passesOnWhatComesAndExitsAsItDoes() async {
        let bench = Bench()
        async let code = bench.run("run", "--", "make")
        await bench.service.arrival()
        bench.service.emit("out\n", .stdout, from: 1)
        bench.service.emit("err\n", .stderr, from: 1)
        bench.service.end(1, .failed(.exit(.code(2))))
        #expect(await code == 2)
        #expect(bench.stdout.text == "out\n")
        #expect(bench.stderr.text == "err\n")
    }

    @Test func whatTheCommandCannotSayIsSaid() async {
        let bench = Bench()
        async let code = bench.run("run", "--", "mkae")
        await bench.service.arrival()
        let failure = TaskFailure(type: TaskFailure.commandNotStarted, message: "no 'mkae'")
        bench.service.end(1, .failed(failure))
        #expect(await code == 1)
        #expect(bench.stderr.text == "queuectl: CommandNotStarted: no 'mkae'\n")
    }

    @Test func aSignalCancelsIt() async {
        let bench = Bench()
        async let code = bench.run("run", "--", "sleep", "9")
        await bench.service.arrival()
        bench.signals.continuation.yield(2)
        #expect(await code == 125)
        #expect(
            bench.stderr.text
                == "queuectl: cancelling future 1\nqueuectl: cancelled: cancelled\n")
    }

    @Test func aSecondSignalLeavesAtOnce() async {
        let bench = Bench()
        bench.service.state.withLock { $0.onlyAsks = true }
        async let code = bench.run("run", "--", "sleep", "9")
        await bench.service.arrival()
        bench.service.start(1)
        bench.signals.continuation.yield(15)
        bench.signals.continuation.yield(15)
        #expect(await code == 143)
    }

    // MARK: A daemon that has not answered the submit

    private static let unknown =
        "queuectl: the daemon has not answered; whether the future was submitted is unknown\n"

    @Test func aSignalBeforeTheAnswerCancelsWithIt() async {
        let bench = Bench()
        bench.service.state.withLock { $0.holdsSubmits = true }
        async let code = bench.run("run", "--", "sleep", "9")
        await bench.service.arrival()
        bench.signals.continuation.yield(2)
        bench.service.answerSubmits()
        #expect(await code == 125)
        #expect(bench.stderr.text.hasPrefix("queuectl: cancelling future 1\n"))
    }

    @Test func withoutAnAnswerItLeavesAfterASignal() async {
        let bench = Bench(timersFire: true)
        bench.service.state.withLock { $0.holdsSubmits = true }
        async let code = bench.run("run", "--", "sleep", "9")
        await bench.service.arrival()
        bench.signals.continuation.yield(15)
        #expect(await code == 143)
        #expect(bench.stderr.text == Self.unknown)
        bench.service.answerSubmits()
    }

    @Test func withoutAnAnswerASecondSignalLeavesAtOnce() async {
        let bench = Bench()
        bench.service.state.withLock { $0.holdsSubmits = true }
        async let code = bench.run("run", "--", "sleep", "9")
        await bench.service.arrival()
        bench.signals.continuation.yield(2)
        bench.signals.continuation.yield(2)
        #expect(await code == 130)
        #expect(bench.stderr.text == Self.unknown)
        bench.service.answerSubmits()
    }

    @Test func aReaderThatWentAwayCancelsIt() async {
        let bench = Bench(stdout: MemorySink(failure: .closed))
        async let code = bench.run("run", "--", "yes")
        await bench.service.arrival()
        bench.service.emit("y\n", .stdout, from: 1)
        #expect(await code == 125)
        #expect(bench.service.state.withLock { $0.cancelRequests.count } == 1)
    }

    @Test(arguments: [ServiceStatus.Phase.noOwner, .unserved])
    func whereNobodyServesItRunsInPlace(phase: ServiceStatus.Phase) async {
        let bench = Bench()
        bench.service.state.withLock { $0.status.phase = phase }
        #expect(await bench.run("run", "--priority", "7", "--", "make") == 42)
        #expect(bench.submissions.isEmpty)
    }

    @Test func aBrokenQueueEndsIt() async {
        let bench = Bench()
        async let code = bench.run("run", "--", "x")
        await bench.service.arrival()
        bench.service.state.withLock { $0.failure = QueueError(.ownerLost, "Gone.") }
        bench.signals.continuation.yield(2)
        #expect(await code == 69)
    }
}

extension FakeService {
    fileprivate func start(_ id: FutureID) {
        state.withLock { $0.records[id]?.state = .running }
    }
}
