import FutureModel
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct LogTests {
    @Test func isWhatWasWrittenSoFar() async {
        let bench = Bench()
        bench.service.add(.command(1).exited(3, stdout: "o", stderr: "e", dropped: 2))
        #expect(await bench.run("log", "1") == 0)
        #expect(bench.stdout.text == "o")
        #expect(
            bench.stderr.text
                == "equeuectl: 2 more bytes of stdout were over its limit and not kept\n")
    }

    @Test func goesOnUntilTheEnd() async {
        let bench = Bench(stdout: MemorySink(isTerminal: true))
        bench.service.add(.command(1, ["x"], .running))
        async let code = bench.run("log", "-f", "1")
        await bench.service.arrival()
        bench.service.emit("one\n\u{1b}", .stdout, from: 1)
        bench.service.emit("two\n", .stderr, from: 1)
        bench.service.end(1, .failed(.exit(.code(1))))
        #expect(await code == 0)
        #expect(bench.stdout.text == "one\n\\u001b")
        #expect(bench.stderr.text == "two\n")
    }

    @Test func whatWasNotKeptIsToldAtTheEnd() async {
        let bench = Bench()
        bench.service.add(.command(1, ["x"], .running))
        for words in [["log", "-f", "1"], ["run", "--", "yes"]] {
            async let code = bench.run(words)
            await bench.service.arrival()
            let id: FutureID = words[0] == "run" ? 2 : 1
            bench.service.drop(7, from: id)
            bench.service.end(id, .succeeded(.null))
            #expect(await code == 0)
        }
        let note = "queuectl: 7 more bytes of stdout were over its limit and not kept\n"
        #expect(bench.stderr.text == note + note)
    }

    @Test func whatIsMissingIsToldWhereItIs() async {
        let (terminal, bench) = (MemorySink(isTerminal: true), Bench())
        for bench in [bench, Bench(stdout: terminal, stderr: terminal)] {
            bench.service.add(.command(1, ["x"], .running))
            async let code = bench.run("log", "-f", "1")
            await bench.service.arrival()
            bench.service.emit("line3\n", .stdout, from: 1)
            bench.service.emit("line7\n", .stdout, from: 1, offset: 12)
            bench.service.emit("again\n", .stdout, from: 1, attempt: 2)
            bench.service.emit("", .stdout, from: 1, attempt: 2, offset: 9)
            bench.service.drop(3, from: 1)
            bench.service.end(1, .succeeded(.null))
            #expect(await code == 0)
        }
        #expect(bench.stdout.text == "line3\nline7\nagain\n")
        let gap = "queuectl: … 6 bytes of stdout not kept …\n"
        let second = "queuectl: attempt 2 begins\n"
        let tail = "queuectl: … 3 bytes of stdout not kept …\n"
        #expect(bench.stderr.text == gap + second + tail)
        #expect(terminal.text == "line3\n" + gap + "line7\n" + second + "again\n" + tail)
    }

    @Test func stopsWhenNobodyReads() async {
        let bench = Bench(stdout: MemorySink(failure: .closed))
        bench.service.add(.command(1, ["yes"], .running))
        async let code = bench.run("log", "--follow", "1")
        await bench.service.arrival()
        bench.service.emit("y\n", .stdout, from: 1)
        #expect(await code == 0)
    }

    @Test func inJSONIsBase64() async throws {
        let bench = Bench()
        bench.service.add(.command(1).exited(0, stdout: "hi", dropped: 4))
        #expect(await bench.run("log", "--json", "1") == 0)
        let stdout = try bench.json()["stdout"]
        #expect(stdout?["bytes"] == .string("aGk="))
        #expect(stdout?["dropped_byte_count"] == .integer(4))
    }

    @Test func anUnknownIdIsTold() async {
        #expect(await Bench().run("log", "1") == 127)
        #expect(await Bench().run("log", "-f", "1") == 127)
    }
}
