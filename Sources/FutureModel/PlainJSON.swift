/// Values whose JSON is so plain that it is written and read without Foundation's coders, which
/// cost more than all else that is done with a small future. The text is the coders' own; what is
/// not plain is left to them.
package protocol PlainJSON {
    /// Its JSON; `nil` for a value that takes an encoder.
    var plainJSON: String? { get }

    /// The value that `json` is exactly; `nil` for a text that takes a decoder.
    init?(plainJSON json: Substring.UTF8View)
}

extension PlainJSON where Self: FixedWidthInteger {
    package var plainJSON: String? { String(self) }

    package init?(plainJSON json: Substring.UTF8View) {
        let digits = json.first == UInt8(ascii: "-") ? json.dropFirst() : json
        let isPlain =
            digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && (digits.first != UInt8(ascii: "0") || (digits.count == 1 && json.count == 1))
        guard isPlain else { return nil }
        self.init(Substring(json))
    }
}

extension Int: PlainJSON {}
extension Int64: PlainJSON {}
extension UInt64: PlainJSON {}

extension Bool: PlainJSON {
    package var plainJSON: String? { self ? "true" : "false" }

    package init?(plainJSON json: Substring.UTF8View) {
        switch Substring(json) {
        case "true": self = true
        case "false": self = false
        default: return nil
        }
    }
}

extension String: PlainJSON {
    package var plainJSON: String? {
        utf8.allSatisfy(Self.needsNoEscape) ? "\"" + self + "\"" : nil
    }

    package init?(plainJSON json: Substring.UTF8View) {
        let quote = UInt8(ascii: "\"")
        guard json.count >= 2, json.first == quote, json.last == quote else { return nil }
        let text = json.dropFirst().dropLast()
        guard text.allSatisfy(Self.needsNoEscape) else { return nil }
        self = String(Substring(text))
    }

    private static func needsNoEscape(_ byte: UInt8) -> Bool {
        (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

/// Writes a JSON array of plain values.
package struct PlainJSONList {
    private var text = "["
    private var isPlain = true

    package init() {}

    package mutating func append(_ value: Any) {
        append(json: (value as? any PlainJSON)?.plainJSON)
    }

    package mutating func append(_ text: String) { append(json: text.plainJSON) }

    private mutating func append(json: String?) {
        guard isPlain, let json else {
            isPlain = false
            return
        }
        if text.utf8.count > 1 { text += "," }
        text += json
    }

    /// `nil` if not all that was appended is plain.
    package var json: String? { isPlain ? text + "]" : nil }
}

/// Writes a JSON object, its keys in the order in which they come.
package struct PlainJSONObject {
    private var text = "{"
    private var isPlain = true

    package init() {}

    /// - Parameter json: The value as JSON; `nil` if that takes an encoder.
    package mutating func append(_ key: String, _ json: String?) {
        guard isPlain, let json else {
            isPlain = false
            return
        }
        if text.utf8.count > 1 { text += "," }
        text += "\"" + key + "\":" + json
    }

    /// `nil` if not all that was appended is plain.
    package var json: String? { isPlain ? text + "}" : nil }
}

/// Reads a JSON array of plain values, one after another.
package struct PlainJSONReader {
    /// Thrown for a text that takes a decoder.
    package struct NotPlain: Error {}

    private var rest: Substring.UTF8View

    package init(_ json: String) throws(NotPlain) {
        guard json.utf8.first == UInt8(ascii: "["), json.utf8.last == UInt8(ascii: "]") else {
            throw NotPlain()
        }
        rest = json[...].utf8.dropFirst().dropLast()
    }

    /// The next value. A comma within a text ends it too early: then it is no plain text.
    package mutating func next<Value>(_ type: Value.Type) throws(NotPlain) -> Value {
        guard let plain = type as? any PlainJSON.Type, !rest.isEmpty else { throw NotPlain() }
        let item = rest.prefix { $0 != UInt8(ascii: ",") }
        guard let value = plain.init(plainJSON: item) as? Value else { throw NotPlain() }
        rest = rest[item.endIndex...]
        if !rest.isEmpty {
            rest = rest.dropFirst()
            if rest.isEmpty { throw NotPlain() }
        }
        return value
    }

    /// Throws if there is more than was read.
    package func finish() throws(NotPlain) {
        if !rest.isEmpty { throw NotPlain() }
    }
}
