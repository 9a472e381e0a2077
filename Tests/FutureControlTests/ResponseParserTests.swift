import Testing

@testable import FutureControl

@Suite("Taking responses apart")
struct ResponseParserTests {
    private typealias Part = ResponseParser.Part

    /// What comes of `text` in pieces of `size` bytes, the bodies' pieces put together again.
    private func parts(_ text: String, size: Int) throws -> [Part] {
        var parser = ResponseParser()
        var parts: [Part] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            for part in try parser.parts(of: rest.prefix(size)) {
                if case .body(let more) = part, case .body(let last)? = parts.last {
                    parts[parts.count - 1] = .body(last + more)
                } else {
                    parts.append(part)
                }
            }
            rest = rest.dropFirst(size)
        }
        return parts
    }

    private func check(_ text: String, _ expected: [Part]) throws {
        for size in [1, 2, 7, text.utf8.count] {
            #expect(try parts(text, size: size) == expected, "in pieces of \(size)")
        }
    }

    @Test func aLengthSaysWhereABodyEnds() throws {
        try check(
            "HTTP/1.1 201 Created\r\nContent-Type: x\r\nCONTENT-LENGTH: 5\r\n\r\n1\r\n23"
                + "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n"
                + "HTTP/1.1 200 OK\ncontent-length:1\n\n4",
            [
                .head(status: 201), .body(Array("1\r\n23".utf8)), .end,
                .head(status: 503), .end,
                .head(status: 200), .body(Array("4".utf8)), .end,
            ])
    }

    @Test func chunksAreOneBody() throws {
        try check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;name=value\r\nabc\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nMore: x\r\n\r\n"
                + "HTTP/1.1 204 No Content\r\n\r\n",
            [
                .head(status: 200), .body(Array("abcabcdefghijklmnopqrstuvwxyz".utf8)), .end,
                .head(status: 204), .end,
            ])
    }

    @Test func whatOnlySaysThatAResponseComesIsLeftOut() throws {
        try check(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            [.head(status: 200), .body(Array("x".utf8)), .end])
    }

    @Test func theLastResponseSaysSo() throws {
        var parser = ResponseParser()
        let head = "HTTP/1.1 413 Too Large\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"
        #expect(try parser.parts(of: Array(head.utf8)[...]) == [.head(status: 413), .end])
        #expect(parser.isLast)
        let next = "HTTP/1.1 200 OK\r\n\r\n"
        _ = try parser.parts(of: Array(next.utf8)[...])
        #expect(!parser.isLast)
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\r\n", "HTTP/1.1\r\n", "HTTP/1.1 OK 200\r\n", "\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
        "HTTP/1.1 200 OK\r\nX: "
            + String(repeating: "x", count: 70_000),
    ])
    func whatIsNoResponseIsNotTakenForOne(text: String) {
        #expect(throws: ResponseParser.Broken.self) { try parts(text, size: text.utf8.count) }
    }
}
