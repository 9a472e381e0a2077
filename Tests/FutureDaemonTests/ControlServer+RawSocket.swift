import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

private func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

/// Listens, takes a connection, and is gone as soon as a request comes.
final class DyingOwner: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = try Self.bind(path)
        listen(descriptor, 5)
    }

    static func bind(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        if withAddress(path, { Glibc.bind(descriptor, $0, $1) }) != 0 {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        return descriptor
    }

    /// - Parameter words: The last.
    func dieInMidRequest(saying words: String = "") async {
        let descriptor = descriptor
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let peer = accept(descriptor, nil, nil)
                var byte: UInt8 = 0
                recv(peer, &byte, 1, 0)
                send(peer, words, words.utf8.count, Int32(MSG_NOSIGNAL))
                close(peer)
                close(descriptor)
                continuation.resume()
            }
        }
    }
}

/// Listens, answers, and leaves without a word: its connections stay, and take nothing more.
final class LeavingOwner: Sendable {
    private let path: String
    private let descriptor: Int32
    private let peers = Mutex<[Int32]>([])

    init(_ path: String, backlog: Int32 = 5) throws {
        self.path = path
        descriptor = try DyingOwner.bind(path)
        listen(descriptor, backlog)
    }

    deinit { peers.withLock { $0 }.forEach { close($0) } }

    /// Answers so many requests once all have come, each on a connection of its own.
    func answerTogether(_ count: Int, _ body: String) async {
        let answer = "HTTP/1.1 200 x\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                let accepted = (0..<count).map { _ in
                    let peer = accept(descriptor, nil, nil)
                    var buffer = [UInt8](repeating: 0, count: 65_536)
                    recv(peer, &buffer, buffer.count, 0)
                    return peer
                }
                peers.withLock { $0 = accepted }
                for peer in accepted {
                    Glibc.send(peer, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                }
                continuation.resume()
            }
        }
    }

    func leave() {
        for peer in peers.withLock({ $0 }) { shutdown(peer, Int32(SHUT_RD)) }
        unlink(path)
        close(descriptor)
    }
}

/// A peer that writes what it likes. Its blocking calls run on threads of their own.
final class RawSocket: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withAddress(path) { connect(descriptor, $0, $1) }
        if result != 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { Glibc.close(descriptor) }

    /// False if the peer has hung up.
    @discardableResult
    func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) async -> Bool {
        await blocking { descriptor in
            var bytes = bytes[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return false }
                bytes = bytes.dropFirst(count)
            }
            return true
        }
    }

    /// Returns once the peer has hung up, without reading what it has sent.
    func waitForHangUp() async {
        await blocking { descriptor in
            var item = pollfd(fd: descriptor, events: 0, revents: 0)
            while poll(&item, 1, -1) < 0 {}
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes, until `marker` is part of it or the peer closes.
    func receive(until marker: String? = nil) async -> String {
        await blocking { descriptor in
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while marker.map({ !text.contains($0) }) ?? true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return text
        }
    }

    /// Some of what comes, not more than `count` bytes; empty once the peer has closed.
    func receive(atMost count: Int) async -> String {
        await blocking { descriptor in
            var buffer = [UInt8](repeating: 0, count: count)
            let length = recv(descriptor, &buffer, count, 0)
            return String(decoding: buffer.prefix(max(length, 0)), as: UTF8.self)
        }
    }

    private func blocking<Value: Sendable>(
        _ work: @escaping @Sendable (Int32) -> Value
    ) async -> Value {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work(descriptor)) }
        }
    }
}

extension RawSocket {
    /// A whole exchange on a connection of its own: the response, head and body.
    static func exchange(_ path: String, _ request: String) async throws -> String {
        let socket = try RawSocket(path)
        await socket.send(request)
        return await socket.receive()
    }

    static func get(_ path: String, _ target: String) async throws -> String {
        try await exchange(path, "GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    }

    static func post(_ path: String, _ target: String, _ body: String) async throws -> String {
        try await exchange(
            path,
            "POST \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
    }
}
