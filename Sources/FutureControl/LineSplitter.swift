import Foundation

/// Cuts a stream of bytes into lines; empty lines are left out.
struct LineSplitter {
    /// The beginning of a line, in which there is no end.
    private var rest = Data()

    /// The lines that `bytes` complete, without their ends.
    mutating func append(_ bytes: some RandomAccessCollection<UInt8>) -> [Data] {
        var lines: [Data] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            rest.append(contentsOf: bytes[start..<end])
            if !rest.isEmpty { lines.append(rest) }
            rest = Data()
            start = bytes.index(after: end)
        }
        rest.append(contentsOf: bytes[start...])
        return lines
    }
}
