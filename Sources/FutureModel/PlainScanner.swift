/// Reads plain JSON piece by piece; what is not as the encoder writes it is not there.
package struct PlainScanner {
    private var rest: Substring.UTF8View

    package init(_ json: Substring.UTF8View) { rest = json }

    package var isAtEnd: Bool { rest.isEmpty }

    /// Whether `text` comes next, which is then behind.
    package mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    package mutating func text() -> String? {
        let quote = UInt8(ascii: "\"")
        guard rest.first == quote, let end = rest.dropFirst().firstIndex(of: quote),
            let text = String(plainJSON: rest[...end])
        else { return nil }
        rest = rest[rest.index(after: end)...]
        return text
    }

    package mutating func integer() -> Int64? {
        let digits = rest.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
        guard let value = Int64(plainJSON: digits) else { return nil }
        rest = rest[digits.endIndex...]
        return value
    }

    /// What stands between `open` and `close`, with commas between; `nil` if `item` is none of it.
    package mutating func list<Item>(
        _ open: String, _ close: String, _ item: (inout PlainScanner) -> Item?
    ) -> [Item]? {
        guard skip(open) else { return nil }
        var items: [Item] = []
        while !skip(close) {
            guard items.isEmpty || skip(","), let next = item(&self) else { return nil }
            items.append(next)
        }
        return items
    }
}
