/// Reads JSON as its standard has it, and writes it in one way, so that the same is always the
/// same text: no spaces, sorted keys, texts as the encoder writes them. Numbers stay as they were
/// written, to the last digit.
struct CanonicalJSON {
    /// Thrown for what is not JSON.
    struct NotJSON: Error {}

    /// Bare memory: every payload passes through here, and some are large.
    private let source: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var text: [UInt8] = []
    private var depth = 0

    /// As deep as Foundation's decoder goes.
    private static let depthLimit = 512

    private init(_ source: UnsafeBufferPointer<UInt8>) {
        self.source = source
        text.reserveCapacity(source.count)
    }

    static func text(of source: ArraySlice<UInt8>) throws(NotJSON) -> String {
        try source.withUnsafeBufferPointer { source throws(NotJSON) in
            guard String(validating: source, as: UTF8.self) != nil else { throw NotJSON() }
            var reader = CanonicalJSON(source)
            try reader.value()
            guard reader.position == source.count else { throw NotJSON() }
            return String(decoding: reader.text, as: UTF8.self)
        }
    }

    /// One value and the spaces around it.
    private mutating func value() throws(NotJSON) {
        skipSpaces()
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["):
            try list("[", "]") { reader throws(NotJSON) in try reader.value() }
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
        skipSpaces()
    }

    private mutating func object() throws(NotJSON) {
        let start = text.count
        var members: [(key: String, text: Range<Int>)] = []
        try list("{", "}") { reader throws(NotJSON) in
            let start = reader.text.count
            reader.skipSpaces()
            let key = try reader.meaning(of: try reader.string())
            reader.skipSpaces()
            try reader.word(":")
            try reader.value()
            members.append((key, start..<reader.text.count))
        }
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        if sorted.elementsEqual(members, by: { $0.text == $1.text }) { return }
        let inOrder = sorted.map { text[$0.text] }.joined(separator: [UInt8(ascii: ",")])
        text.replaceSubrange((start + 1)..<(text.count - 1), with: Array(inOrder))
    }

    private mutating func list(
        _ open: StaticString, _ close: StaticString,
        _ item: (inout CanonicalJSON) throws(NotJSON) -> Void
    ) throws(NotJSON) {
        depth += 1
        guard depth <= Self.depthLimit else { throw NotJSON() }
        try word(open)
        skipSpaces()
        if !copy(close) {
            repeat { try item(&self) } while copy(",")
            try word(close)
        }
        depth -= 1
    }

    /// Where it stood, with its quotes.
    @discardableResult
    private mutating func string() throws(NotJSON) -> Range<Int> {
        guard next == UInt8(ascii: "\"") else { throw NotJSON() }
        var end = position + 1
        var isPlain = true
        while end < source.count, source[end] != UInt8(ascii: "\"") {
            if source[end] < 0x20 { throw NotJSON() }
            if source[end] == UInt8(ascii: "\\") {
                isPlain = false
                end += 1
            }
            end += 1
        }
        guard end < source.count else { throw NotJSON() }
        let token = position..<(end + 1)
        position = end + 1
        if isPlain {
            text += source[token]
        } else {
            guard let json = try? Payload(encoding: meaning(of: token)).json else {
                throw NotJSON()
            }
            text += json.utf8
        }
        return token
    }

    private func meaning(of token: Range<Int>) throws(NotJSON) -> String {
        let written = Payload(json: String(decoding: source[token], as: UTF8.self))
        guard let meaning = try? written.decode(as: String.self) else { throw NotJSON() }
        return meaning
    }

    private mutating func number() throws(NotJSON) {
        _ = copy("-")
        if !copy("0") { try digits() }
        if copy(".") { try digits() }
        if copy("e") || copy("E") {
            _ = copy("+") || copy("-")
            try digits()
        }
    }

    private mutating func digits() throws(NotJSON) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else { throw NotJSON() }
        text += source[start..<position]
    }

    private mutating func word(_ word: StaticString) throws(NotJSON) {
        guard copy(word) else { throw NotJSON() }
    }

    /// Whether `word` comes next, which then is written and behind.
    private mutating func copy(_ word: StaticString) -> Bool {
        let bytes = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard source[position...].starts(with: bytes) else { return false }
        text += bytes
        position += bytes.count
        return true
    }

    private mutating func skipSpaces() {
        while let byte = next, byte.isJSONSpace { position += 1 }
    }

    private var next: UInt8? { position < source.count ? source[position] : nil }
}

extension UInt8 {
    /// Whether it may stand between the pieces of JSON.
    var isJSONSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
