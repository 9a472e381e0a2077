import FutureModel
import Testing

@testable import queuectl

@Suite struct CommandLineWordsTests {
    private func decode(_ words: [[UInt8]]) -> Result<[String], QueueError> {
        let pointers = words.map { word in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count + 1)
            for (index, byte) in (word + [0]).enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        defer { pointers.forEach { $0.deallocate() } }
        return CommandLineWords.decode(pointers.map { UnsafePointer($0) })
    }

    @Test func wordsStayAsTheyAre() throws {
        let words = try decode([Array("submit".utf8), Array("é\u{1b}".utf8), []]).get()
        #expect(words == ["submit", "é\u{1b}", ""])
    }

    @Test func whatIsNotUTF8IsRefusedAndNotRepaired() {
        let error = #expect(throws: QueueError.self) {
            try decode([Array("--".utf8), [0x1b, 0xff]]).get()
        }
        #expect(error?.code == .badInput)
        #expect(error?.message == "Argument 2 is not valid UTF-8: \\u001b\u{fffd}")
    }

    @Test func theProgramExitsWithBadInput() async {
        let bench = Bench()
        #expect(await bench.exitCode(QueueError(.badInput, "no")) == 65)
        #expect(bench.stderr.text == "queuectl: no\n")
    }
}
