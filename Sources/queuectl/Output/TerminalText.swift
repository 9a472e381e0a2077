import Foundation

/// Makes text that came from a task harmless to a terminal.
enum TerminalText {
    /// `text` with controls (C0, DEL, C1) and bidirectional controls as `\u001b`, the form that
    /// JSON has for them too. Newlines and tabs stay where `keepingLayout` says so; elsewhere
    /// they become `\n` and `\t`.
    static func escaped(_ text: String, keepingLayout: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += keepingLayout ? "\n" : "\\n"
            case "\t": result += keepingLayout ? "\t" : "\\t"
            case _ where isUnsafe(scalar):
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `text` in one line, wherever it goes.
    static func singleLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\n" || $0 == "\t" || $0 == "\r" }) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\n": line += "\\n"
            case "\t": line += "\\t"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1f, 0x7f...0x9f: true
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Turns a stream of bytes into text for a terminal; a character may come in two pieces.
struct TerminalDecoder: Sendable {
    private var tail = Data()

    mutating func text(of bytes: Data) -> String {
        let all = tail + bytes
        tail = Data(all.suffix(Self.incompleteSuffixCount(all)))
        return Self.safe(all.dropLast(tail.count))
    }

    /// What is left when the stream has ended.
    mutating func finish() -> String {
        defer { tail = Data() }
        return Self.safe(tail)
    }

    private static func safe(_ bytes: Data) -> String {
        TerminalText.escaped(String(decoding: bytes, as: UTF8.self), keepingLayout: true)
    }

    /// How many bytes at the end begin a character of UTF-8 that needs more of them.
    private static func incompleteSuffixCount(_ bytes: Data) -> Int {
        for (distance, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xc0 != 0x80 {
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return length > distance + 1 ? distance + 1 : 0
        }
        return 0
    }
}
