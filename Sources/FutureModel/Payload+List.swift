extension Payload {
    /// A JSON array of `items`.
    package init(list items: some Sequence<Payload>) {
        self.init(json: "[" + items.lazy.map(\.json).joined(separator: ",") + "]")
    }

    /// The items of a JSON array, each as it stands there and not looked into; `nil` for any other
    /// text. A decoder for texts within a text would decode and encode each of them.
    package var list: [Payload]? {
        var bytes = json[...].utf8
        guard bytes.popFirst() == UInt8(ascii: "["), bytes.popLast() == UInt8(ascii: "]") else {
            return nil
        }
        if bytes.isEmpty { return [] }
        var items: [Payload] = []
        var depth = 0
        var isInText = false
        var isEscaped = false
        var start = bytes.startIndex
        for index in bytes.indices {
            let byte = bytes[index]
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth < 0 { return nil }
            case UInt8(ascii: ",") where depth == 0:
                items.append(Payload(json: String(Substring(bytes[start..<index]))))
                start = bytes.index(after: index)
            default: break
            }
        }
        guard depth == 0, !isInText else { return nil }
        items.append(Payload(json: String(Substring(bytes[start...]))))
        return items
    }
}
