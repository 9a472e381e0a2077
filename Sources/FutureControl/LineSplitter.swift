import Foundation

/// Cuts a stream of bytes into lines; empty lines are left out.
struct LineSplitter {
    private var rest = Data()

    /// The lines that `bytes` complete, without their ends.
    mutating func append(_ bytes: some Sequence<UInt8>) -> [Data] {
        // In what is there already is no end: a long line comes in many pieces.
        var searched = rest.endIndex
        rest.append(contentsOf: bytes)
        var lines: [Data] = []
        var start = rest.startIndex
        while let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            if end > start { lines.append(Data(rest[start..<end])) }
            start = rest.index(after: end)
            searched = start
        }
        if start > rest.startIndex { rest = Data(rest[start...]) }
        return lines
    }
}
