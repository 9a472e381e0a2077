/// Takes the bytes of HTTP/1.1 responses apart, one response after another.
struct ResponseParser {
    enum Part: Equatable, Sendable {
        /// Of the response itself; those that only say that it is coming are left out.
        case head(status: Int)
        case body([UInt8])
        case end
    }

    /// Not a response, or not one whose end could be told.
    struct Broken: Error {}

    private enum Place { case status, headers, body, chunkSize, chunk, chunkEnd, trailers }

    /// The longest line of a head.
    private static let lineByteCount = 64 << 10

    /// Whether the connection ends with this response.
    private(set) var isLast = false
    private var place = Place.status
    private var line: [UInt8] = []
    private var status = 0
    private var isChunked = false
    /// Bytes that are still to come of the body, or of its chunk.
    private var left = 0

    /// What `bytes` complete.
    mutating func parts(of bytes: ArraySlice<UInt8>) throws(Broken) -> [Part] {
        var parts: [Part] = []
        var rest = bytes
        while !rest.isEmpty {
            if place == .body || place == .chunk {
                let piece = rest.prefix(left)
                rest = rest.dropFirst(piece.count)
                left -= piece.count
                parts.append(.body(Array(piece)))
                if left == 0 { endPiece(&parts) }
            } else if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                rest = rest[(end + 1)...]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                try take(String(decoding: line, as: UTF8.self), &parts)
                line = []
            } else {
                line += rest
                if line.count > Self.lineByteCount { throw Broken() }
                break
            }
        }
        return parts
    }

    private mutating func endPiece(_ parts: inout [Part]) {
        if place == .chunk { return place = .chunkEnd }
        parts.append(.end)
        place = .status
    }

    private mutating func take(_ line: String, _ parts: inout [Part]) throws(Broken) {
        switch place {
        case .status: try begin(line)
        case .headers where line.isEmpty: endHead(&parts)
        case .headers: try takeHeader(line)
        case .chunkSize:
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else {
                throw Broken()
            }
            left = size
            place = size > 0 ? .chunk : .trailers
        case .chunkEnd:
            guard line.isEmpty else { throw Broken() }
            place = .chunkSize
        case .trailers:
            guard line.isEmpty else { return }
            parts.append(.end)
            place = .status
        case .body, .chunk: throw Broken()
        }
    }

    private mutating func begin(_ line: String) throws(Broken) {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let code = Int(words[1]) else {
            throw Broken()
        }
        (status, isChunked, left, isLast) = (code, false, 0, false)
        place = .headers
    }

    private mutating func takeHeader(_ line: String) throws(Broken) {
        guard let colon = line.firstIndex(of: ":") else { throw Broken() }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        switch line[..<colon].lowercased() {
        case "content-length":
            guard let length = Int(value), length >= 0 else { throw Broken() }
            left = length
        case "transfer-encoding":
            guard value.lowercased() == "chunked" else { throw Broken() }
            isChunked = true
        case "connection": isLast = value.lowercased() == "close"
        default: break
        }
    }

    private mutating func endHead(_ parts: inout [Part]) {
        // An interim response; the real one follows.
        if status < 200 { return place = .status }
        parts.append(.head(status: status))
        if isChunked {
            place = .chunkSize
        } else if left > 0 {
            place = .body
        } else {
            parts.append(.end)
            place = .status
        }
    }
}
