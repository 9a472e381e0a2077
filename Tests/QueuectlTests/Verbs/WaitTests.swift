import Foundation
import FutureModel
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct WaitTests {
    @Test(
        arguments: [
            (RecordedOutcome.succeeded(.null), 0, "1 succeeded"),
            (.failed(.exit(.code(3))), 3, "1 failed: CommandFailed: exit status 3"),
            (.failed(.exit(.signal(9))), 137, "1 failed: CommandFailed: killed by signal 9"),
            (.failed(TaskFailure(type: "Odd", message: "no")), 1, "1 failed: Odd: no"),
            (.cancelled(reason: "by me"), 125, "1 cancelled: by me"),
        ] as [(RecordedOutcome, Int32, String)])
    func onOneExitsAsItDid(_ outcome: RecordedOutcome, _ code: Int32, _ line: String) async {
        let bench = Bench()
        bench.service.add(.command(1).ended(outcome))
        #expect(await bench.run("wait", "1") == code)
        #expect(bench.stdout.text == line + "\n")
        #expect(bench.stderr.text == "")
    }

    @Test(arguments: [([0, 0], 0), ([0, 3], 1), ([7, 7], 1)] as [([Int32], Int32)])
    func onSeveralExitsWithOneIfAnyFailed(_ exits: [Int32], _ code: Int32) async {
        let bench = Bench()
        bench.service.add(.command(1).exited(exits[0]), .command(2).exited(exits[1]))
        #expect(await bench.run("wait", "1", "2") == code)
    }

    @Test func theSameIdTwiceIsOne() async {
        let bench = Bench()
        bench.service.add(.command(1).exited(3))
        #expect(await bench.run("wait", "1", "1") == 3)
        #expect(bench.stdout.text == "1 failed: CommandFailed: exit status 3\n")
    }

    @Test func endsAreToldAsTheyCome() async {
        let bench = Bench()
        bench.service.add(.command(1), .command(2))
        async let code = bench.run("wait", "1", "2")
        await bench.service.arrival()
        bench.service.end(2, .succeeded(.null))
        bench.service.end(1, .succeeded(.null))
        #expect(await code == 0)
        #expect(bench.stdout.text == "2 succeeded\n1 succeeded\n")
    }

    @Test func anUnknownIdIsTold() async {
        let bench = Bench()
        bench.service.add(.command(1).exited(0))
        #expect(await bench.run("wait", "1", "9") == 127)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "queuectl: There is no future 9.\n")
    }

    @Test func theTimeMayBeOver() async {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(.command(1, ["sleep"], .running))
        #expect(await bench.run("wait", "--timeout", "200ms", "1") == 124)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "after 200ms future 1 is still running\n")
    }

    @Test func theTimeMayBeOverForSeveral() async {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(.command(1).exited(3), .command(2), .command(3))
        #expect(await bench.run("wait", "--timeout", "0", "1", "2", "3") == 124)
        #expect(bench.stdout.text == "1 failed: CommandFailed: exit status 3\n")
        #expect(bench.stderr.text == "after 0s 2 futures have not ended\n")
    }

    @Test func whatHasEndedBeatsTheTimeout() async {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(.command(1).exited(0), .command(2).exited(0))
        #expect(await bench.run("wait", "--timeout", "0", "1", "2") == 0)
        #expect(bench.stdout.text == "1 succeeded\n2 succeeded\n")
    }

    @Test func theFirstMayBeEnough() async {
        let bench = Bench()
        bench.service.add(.command(1), .command(2))
        async let code = bench.run("wait", "--return-when", "first-completed", "1", "2")
        await bench.service.arrival()
        bench.service.end(2, .succeeded(.null))
        #expect(await code == 0)
        #expect(bench.stdout.text == "2 succeeded\n")
    }

    @Test func aCancellationIsNoException() async {
        let bench = Bench()
        bench.service.add(.command(1), .command(2), .command(3))
        async let code = bench.run("wait", "--return-when", "first-exception", "1", "2", "3")
        await bench.service.arrival()
        bench.service.end(1, .cancelled(reason: "x"))
        bench.service.end(2, .failed(.exit(.code(1))))
        #expect(await code == 1)
        #expect(
            bench.stdout.text == "1 cancelled: x\n2 failed: CommandFailed: exit status 1\n")
    }

    @Test func inJSONItIsOneArrayOfAll() async throws {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(
            .function(1).ended(.succeeded(Payload(json: "256"))), .command(2),
            .command(3).exited(0, stdout: "hi"))
        #expect(await bench.run("wait", "--json", "--timeout", "0", "1", "2", "3") == 124)
        #expect(
            try bench.json()
                == .array([
                    .object([
                        "id": .integer(1), "state": .string("succeeded"), "value": .integer(256),
                    ]),
                    .object(["id": .integer(2), "state": .string("pending")]),
                    // Its value is what it wrote, which is not read for this.
                    .object(["id": .integer(3), "state": .string("succeeded")]),
                ]))
    }

    @Test func aPersonSeesTheProgressOfSeveral() async {
        var bench = Bench()
        bench.stderr = MemorySink(isTerminal: true)
        bench.service.add(.command(1).exited(0), .command(2).exited(0))
        #expect(await bench.run("wait", "1", "2") == 0)
        let progress = bench.stderr.text.components(separatedBy: "\r\u{1b}[K")
        #expect(progress.contains("0 of 2 done"))
        #expect(progress.contains("2 of 2 done"))
        #expect(bench.stderr.text.hasSuffix("\r\u{1b}[K"))
        let dumb = Bench(stderr: MemorySink(isTerminal: true), terminal: "dumb")
        dumb.service.add(.command(1).exited(0), .command(2).exited(0))
        #expect(await dumb.run("wait", "1", "2") == 0)
        #expect(dumb.stderr.text == "")
        let single = Bench(stderr: MemorySink(isTerminal: true))
        single.service.add(.command(1).exited(0))
        #expect(await single.run("wait", "1") == 0)
        #expect(single.stderr.text == "")
    }
}
