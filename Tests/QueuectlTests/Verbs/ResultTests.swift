import Foundation
import FutureModel
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct ResultTests {
    @Test func ofACommandIsWhatItWroteByteForByte() async {
        let bench = Bench()
        var record = FutureRecord.command(1).exited(0, stderr: "warn\u{1b}")
        record.output?.stdout.bytes = Data([0, 0xff, 0x1b, 0x0a])
        bench.service.add(record)
        #expect(await bench.run("result", "1") == 0)
        #expect(bench.stdout.data == Data([0, 0xff, 0x1b, 0x0a]))
        #expect(bench.stderr.text == "warn\u{1b}")
    }

    @Test func onATerminalItIsHarmless() async {
        let bench = Bench(
            stdout: MemorySink(isTerminal: true), stderr: MemorySink(isTerminal: true))
        bench.service.add(
            .command(1).exited(0, stdout: "a\tb\n\u{1b}[2J\u{202e}", stderr: "\u{9b}1m\n"))
        #expect(await bench.run("result", "1") == 0)
        #expect(bench.stdout.text == "a\tb\n\\u001b[2J\\u202e")
        #expect(bench.stderr.text == "\\u009b1m\n")
    }

    @Test func ofAFunctionIsItsJSON() async {
        let bench = Bench()
        bench.service.add(.function(1).ended(.succeeded(Payload(json: "{\"a\": [1, null]}"))))
        #expect(await bench.run("result", "1") == 0)
        #expect(bench.stdout.text == "{\"a\": [1, null]}\n")
    }

    @Test func aFailedCommandHasItsOutputAndItsCode() async {
        let bench = Bench()
        bench.service.add(.command(1).exited(3, stdout: "half", stderr: "oh\n", dropped: 9))
        #expect(await bench.run("result", "1") == 3)
        #expect(bench.stdout.text == "half")
        #expect(
            bench.stderr.text
                == "oh\nqueuectl: 9 more bytes of stdout were over its limit and not kept\n"
                + "CommandFailed: exit status 3\n")
    }

    @Test func aFailedFunctionHasItsException() async {
        let bench = Bench()
        bench.service.add(
            .function(1).ended(.failed(TaskFailure(type: "URLError", message: "no\nhost"))))
        #expect(await bench.run("result", "1") == 1)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "URLError: no\nhost\n")
    }

    @Test func aCancelledOneHasNone() async {
        let bench = Bench()
        bench.service.add(.command(1).ended(.cancelled(reason: "by me")))
        #expect(await bench.run("result", "1") == 125)
        #expect(bench.stderr.text == "cancelled: by me\n")
    }

    @Test func itIsWaitedFor() async {
        let bench = Bench()
        bench.service.add(.function(1))
        async let code = bench.run("result", "1")
        await bench.service.arrival()
        bench.service.end(1, .succeeded(Payload(json: "true")))
        #expect(await code == 0)
        #expect(bench.stdout.text == "true\n")
    }

    @Test func butNoLongerThanTheTimeout() async {
        var bench = Bench()
        bench.timersFire = true
        bench.service.add(.function(1))
        #expect(await bench.run("result", "--timeout", "1.5s", "1") == 124)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "after 1500ms future 1 is still pending\n")
    }

    @Test func anUnknownIdIsTold() async {
        #expect(await Bench().run("result", "1") == 127)
    }

    @Test func inJSONItIsTheWholeRecord() async throws {
        let bench = Bench()
        bench.service.add(.command(1).exited(3, stdout: "x"))
        #expect(await bench.run("result", "--json", "1") == 3)
        #expect(try bench.json()["exit_code"] == .integer(3))
        #expect(bench.stderr.text == "")
    }

    @Test func aFullDiskIsToldAndAClosedPipeIsNot() async {
        let full = Bench(stdout: MemorySink(failure: .failed("No space left on device")))
        full.service.add(.function(1).ended(.succeeded(.null)))
        #expect(await full.run("result", "1") == 74)
        #expect(full.stderr.text.contains("No space left on device"))
        let closed = Bench(stdout: MemorySink(failure: .closed))
        closed.service.add(.function(1).ended(.succeeded(.null)))
        #expect(await closed.run("result", "1") == 0)
        #expect(closed.stderr.text == "")
    }
}
