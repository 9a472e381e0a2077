import Foundation
import Testing

@testable import queuectl

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain é 漢 🙂", "plain é 漢 🙂"),
        ("\u{1b}[31mred", "\\u001b[31mred"),
        ("a\nb\tc\r", "a\\nb\\tc\\u000d"),
        ("\u{0}\u{7f}\u{9b}1m", "\\u0000\\u007f\\u009b1m"),
        ("\u{202a}\u{202e}\u{2066}\u{2069}", "\\u202a\\u202e\\u2066\\u2069"),
        ("\u{200e}\u{200f}\u{61c}", "\\u200e\\u200f\\u061c"),
        ("\u{200d}\u{2029}\u{a0}", "\u{200d}\u{2029}\u{a0}"),
    ])
    func escapesWhatATerminalWouldObey(_ text: String, _ expected: String) {
        #expect(TerminalText.escaped(text) == expected)
    }

    @Test func keepsLayoutOnRequest() {
        #expect(
            TerminalText.escaped("a\n\tb\u{1b}\r", keepingLayout: true) == "a\n\tb\\u001b\\u000d")
    }

    @Test func oneLineStaysRawBesides() {
        #expect(TerminalText.singleLine("a\nb\tc\rd\u{1b}") == "a\\nb\\tc\\rd\u{1b}")
        #expect(TerminalText.singleLine("a\r\nb") == "a\\r\\nb")
    }

    @Test(arguments: 0...11)
    func aCharacterMayComeInPieces(cut: Int) {
        let bytes = Data("aé漢🙂\n".utf8)
        var decoder = TerminalDecoder()
        let text =
            decoder.text(of: bytes.prefix(cut)) + decoder.text(of: bytes.dropFirst(cut))
            + decoder.finish()
        #expect(text == "aé漢🙂\n")
    }

    @Test func bytesThatAreNoCharactersCannotBecomeControls() {
        var decoder = TerminalDecoder()
        #expect(decoder.text(of: Data([0x9b, 0x33, 0x31, 0x6d])) == "\u{fffd}31m")
        #expect(decoder.text(of: Data([0xc2])) == "")
        #expect(decoder.text(of: Data([0x9b, 0x6d])) == "\\u009bm")
        #expect(decoder.text(of: Data([0xe6, 0xbc])) == "")
        #expect(decoder.finish() == "\u{fffd}")
    }
}
