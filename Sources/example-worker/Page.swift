import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// What keeps a page from being loaded.
struct PageError: Error, CustomStringConvertible {
    let description: String
}

/// The body of the page at `url`, which is fetched by HTTP/1.1; redirections are followed.
func page(at url: String, timeout: Duration) async throws -> [UInt8] {
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
        group.addTask {
            var next = url
            for _ in 0..<10 {
                let (head, body) = try await get(next)
                guard (300..<400).contains(head.status.code),
                    let location = head.headers.first(name: "location"),
                    let target = URL(string: location, relativeTo: URL(string: next))
                else {
                    if head.status.code < 400 { return body }
                    throw PageError(
                        description: "HTTP \(head.status.code) \(head.status.reasonPhrase)")
                }
                next = target.absoluteString
            }
            throw PageError(description: "more than 10 redirections")
        }
        group.addTask {
            try await Task.sleep(for: timeout)
            throw PageError(description: "timed out after \(timeout)")
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}

private func get(_ address: String) async throws -> (HTTPResponseHead, [UInt8]) {
    guard let url = URLComponents(string: address), url.scheme == "http", let host = url.host else {
        throw PageError(description: "not an http address")
    }
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: host, port: url.port ?? 80) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                    wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        let path = url.percentEncodedPath.isEmpty ? "/" : url.percentEncodedPath
        let query = url.percentEncodedQuery.map { "?\($0)" } ?? ""
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path + query,
            headers: ["host": host, "connection": "close", "user-agent": "example-worker"])
        // At once: a server may answer the head and close before it has seen an end.
        try await outbound.write(contentsOf: [.head(head), .end(nil)])
        var response: HTTPResponseHead?
        var body: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let head): response = head
            case .body(let bytes): body += bytes.readableBytesView
            case .end:
                if let response { return (response, body) }
            }
        }
        throw PageError(description: "the connection was closed before the page was whole")
    }
}
