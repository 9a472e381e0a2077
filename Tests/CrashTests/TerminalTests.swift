import Foundation
import TestSupport
import Testing

/// What tasks have chosen, shown to a person: text, and nothing that a terminal would obey.
@Suite(.timeLimit(.minutes(10))) struct TerminalTests {
    /// An escape, a bell, a window's title, a clipboard, C1's own CSI, a delete, a carriage
    /// return, text that runs backwards, and marks of direction.
    private static let hostile =
        "\u{1b}[2J\u{1b}]0;pwned\u{7}\u{1b}]52;c;cHduZWQ=\u{7}\u{9b}31m\u{7f}\r\u{8}"
        + "\u{202e}txt.exe\u{2066}x\u{2069}\u{61c}\u{200f}end"

    /// The scalars that change what a terminal does or how it orders text.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d: false
        case 0...0x1f, 0x7f...0x9f: true
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    private func expectHarmless(_ queue: Queue, _ call: [String], shows: String?) async throws {
        let bytes = try await Terminal.output(
            of: "queuectl", call, environment: ["QUEUECTL_JOURNAL": queue.journal])
        // The program's own, with which it takes away its progress.
        let text = try #require(String(data: bytes, encoding: .utf8), "\(call): not UTF-8")
            .replacingOccurrences(of: "\r\u{1b}[K", with: "")
        let harmful = text.unicodeScalars.filter(Self.isHarmful)
        #expect(harmful.isEmpty, "\(call): \(harmful.map { String($0.value, radix: 16) })")
        // The terminal itself writes each newline as two; no other goes back to the line's start.
        let lone = text.unicodeScalars.split(separator: "\n").contains {
            $0.dropLast().contains("\r")
        }
        #expect(!lone, "\(call): \(text.debugDescription)")
        if let shows { #expect(text.contains(shows), "\(call): \(text)") }
    }

    @Test func namesArgumentsAndOutput() async throws {
        try await withQueue { queue in
            let place = queue.directory.appending(path: "d\u{1b}[1m\u{202e}").path
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: false)
            _ = try await queue.daemon("--commands", "2", program: "test-daemon")
            let print =
                #"printf "\033[31m\007\233\000\377\360\237x\342\200\256"; printf "$1" >&2; exit 3"#
            let ids = [
                try await queue.submit(
                    "--cwd", place, "--env", "A=\(Self.hostile)", "--key", Self.hostile, "--", "sh",
                    "-c", print, Self.hostile, Self.hostile),
                try await queue.submit("--", Self.hostile),
                try await queue.submit(
                    "--task", "fail",
                    String(decoding: try JSONEncoder().encode(Self.hostile), as: UTF8.self)),
                try await queue.submit("--task", "no-such-\(Self.hostile)"),
            ]
            for id in ids.dropLast() { _ = try await queue.queuectl("wait", id) }
            for id in ids {
                try await expectHarmless(queue, ["show", id], shows: id)
                try await expectHarmless(queue, ["history", id], shows: "submitted")
            }
            for id in ids.dropLast() {
                for verb in ["wait", "result", "log"] {
                    try await expectHarmless(queue, [verb, id], shows: nil)
                }
            }
            for verb in [["list"], ["stats"], ["status"], ["cancel"] + ids, ["verify"]] {
                try await expectHarmless(queue, verb, shows: nil)
            }
            for call in [["show", "--json", ids[0]], ["list", "--json"]] {
                try await expectHarmless(queue, call, shows: "pwned")
            }
            // What a person asked for by mistake is shown to them too.
            for call in [["wait", Self.hostile], ["submit", "--queue", Self.hostile, "--", "x"]] {
                try await expectHarmless(queue, call, shows: nil)
            }
        }
    }
}
