import Foundation

/// A connection to a Unix socket, for tests that speak to a program as anybody else would.
package final class UnixConnection: Sendable {
    private let socket: Descriptor

    package init(_ path: String) throws {
        socket = Descriptor(
            Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    package func send(_ text: String) throws { try socket.write(Data(text.utf8)) }

    /// A `GET` by HTTP/1.1.
    package func get(_ route: String) throws {
        try send("GET \(route) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    }

    /// What comes, until `marker` is part of it or the peer closes. Blocks its thread.
    package func receive(until marker: String? = nil) -> String {
        var answer = Data()
        while true {
            let bytes = socket.read()
            answer += bytes
            if bytes.isEmpty || marker.map({ answer.range(of: Data($0.utf8)) != nil }) == true {
                return String(decoding: answer, as: UTF8.self)
            }
        }
    }
}

package enum UnixSocket {
    /// Sends `request` to the socket at `path` and returns all that comes back.
    package static func ask(_ path: String, _ request: String) throws -> String {
        let connection = try UnixConnection(path)
        try connection.send(request)
        return connection.receive()
    }

    /// A `POST` of JSON by HTTP/1.1.
    package static func post(_ path: String, _ route: String, _ json: String) throws -> String {
        try ask(
            path,
            "POST \(route) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n"
                + json)
    }
}

/// A web server on 127.0.0.1 with some pages, until it is gone.
package final class WebServer: Sendable {
    package let port: UInt16
    private let listener: Descriptor
    private let pages: [String: Int]

    /// - Parameter pages: paths, and how many bytes each page has.
    package init(pages: [String: Int]) throws {
        self.pages = pages
        (listener, port) = try Self.bound()
        guard listen(listener.descriptor, 16) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        let (listener, pages) = (listener, pages)
        Thread {
            while true {
                let number = accept(listener.descriptor, nil, nil)
                if number < 0, errno == EINTR || errno == ECONNABORTED { continue }
                if number < 0 { return }
                let connection = Descriptor(number)
                Thread { Self.serve(connection, pages) }.start()
            }
        }.start()
    }

    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }

    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// A port at which nobody answers, and which nobody else gets while the value lives.
    package static func closedPort() throws -> (holder: any AnyObject & Sendable, port: UInt16) {
        try bound()
    }

    private static func bound() throws -> (Descriptor, UInt16) {
        let socket = Descriptor(
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket.descriptor, $0, size) == 0
                    && getsockname(socket.descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    private static func serve(_ connection: Descriptor, _ pages: [String: Int]) {
        var request = Data()
        while request.range(of: Data("\r\n\r\n".utf8)) == nil {
            let bytes = connection.read()
            if bytes.isEmpty { return }
            request += bytes
        }
        let words = String(decoding: request, as: UTF8.self).split(separator: " ")
        let size = words.count > 1 ? pages[String(words[1])] : nil
        let head =
            "HTTP/1.1 \(size == nil ? "404 Not Found" : "200 OK")\r\n"
            + "Content-Length: \(size ?? 0)\r\nConnection: close\r\n\r\n"
        // Whoever has gone away meanwhile needs no page.
        try? connection.write(Data(head.utf8) + Data(repeating: 120, count: size ?? 0))
    }
}
