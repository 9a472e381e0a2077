import CProcess
import Foundation
import FutureModel
import Synchronization

/// One connection to an owner's socket; carries one request at a time.
///
/// Whoever makes a request sends it, and a thread of the connection's own waits for the response:
/// with an event loop between, each request would change threads once more, and to start one takes
/// longer than all else that a short program does.
final class HTTPConnection: Sendable {
    private struct State {
        var isOpen = true
        var receiver: (any ResponseReceiver)?
        /// Some of the request waits for the owner to read.
        var isSending = false
    }

    private enum Start { case sent, partly(Int), failed }

    private let descriptor: Int32
    private let state = Mutex(State())

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { Foundation.close(descriptor) }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// - Throws: `noOwner` where nobody listens, `noAccess` where the caller may not connect.
    static func open(_ socketPath: String) async throws(QueueError) -> HTTPConnection {
        try refuseForeign(socketPath)
        var refusals = 0
        while true {
            var descriptor: Int32 = -1
            let failure = cp_connect(socketPath, &descriptor)
            if failure == 0 { return try serve(HTTPConnection(descriptor), socketPath) }
            // The queue of connections that the owner has not accepted yet is full.
            guard failure == EAGAIN, refusals < 500 else {
                throw connectError(failure, socketPath)
            }
            refusals += 1
            do { try await Task<Never, Never>.sleep(for: .milliseconds(10)) } catch {
                throw QueueError(
                    .ioError,
                    "The daemon at \(socketPath) accepts nobody now, and the caller was cancelled.")
            }
        }
    }

    private static func serve(
        _ connection: HTTPConnection, _ path: String
    ) throws(QueueError) -> HTTPConnection {
        let failure = NativeThread.start(name: "control") { connection.takeResponses() }
        if failure != 0 { throw connectError(failure, path) }
        return connection
    }

    /// In a directory that others may write to, another user could serve a socket of that name.
    private static func refuseForeign(_ path: String) throws(QueueError) {
        if FileStatus(of: path)?.isForeign == true {
            throw QueueError(.noAccess, "The socket \(path) belongs to another user.")
        }
    }

    private static func connectError(_ number: Int32, _ path: String) -> QueueError {
        switch number {
        case ENOENT, ECONNREFUSED: noOwner(path)
        case EACCES, EPERM:
            QueueError(.noAccess, "The socket \(path) belongs to another user.")
        default:
            QueueError(.ioError, "Cannot connect to \(path): \(String(cString: strerror(number))).")
        }
    }

    static func noOwner(_ path: String) -> QueueError {
        QueueError(.noOwner, "No daemon answers at \(path); start one with 'queued'.")
    }

    /// The whole response. Not cut short by a cancelled caller: what was asked is answered.
    func exchange(_ request: ControlRequest) async throws -> HTTPReply {
        try await withCheckedThrowingContinuation { continuation in
            send(request, to: WholeResponse(continuation))
        }
    }

    /// The response as it comes. The connection is of no use for another request afterwards.
    func stream(_ request: ControlRequest) async throws -> HTTPStream {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                send(request, to: StreamedResponse(continuation, connection: self))
            }
        } onCancel: {
            close()
        }
    }

    func close() {
        state.withLock { $0.isOpen = false }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func send(_ request: ControlRequest, to receiver: any ResponseReceiver) {
        let bytes = request.bytes
        // Under the lock, so that the end of an early response is not met with a request that seems
        // to be sent; it does not wait.
        let start = state.withLock { state -> Start in
            guard state.isOpen else { return .failed }
            let count = cp_send_now(descriptor, bytes, bytes.count)
            if count < 0, errno != EAGAIN { return .failed }
            state.receiver = receiver
            state.isSending = count < bytes.count
            return state.isSending ? .partly(max(0, count)) : .sent
        }
        switch start {
        case .sent: break
        case .partly(let count): sendRest(bytes, from: count)
        case .failed:
            close()
            receiver.lose(ConnectionLost(sent: false))
        }
    }

    private func sendRest(_ bytes: [UInt8], from start: Int) {
        let failure = NativeThread.start(name: "control send") { [self] in
            var start = start
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes {
                    cp_send(descriptor, $0.baseAddress!, $0.count)
                }
                if count < 0, errno != EINTR { return }
                start += max(0, count)
            }
            state.withLock { $0.isSending = false }
        }
        // The receiver learns of it as of any other end.
        if failure != 0 { close() }
    }

    /// Until the connection ends.
    private func takeResponses() {
        var parser = ResponseParser()
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0, let parts = try? parser.parts(of: buffer[..<count]) else { break }
            for part in parts { take(part, isLast: parser.isLast) }
        }
        close()
        let left = state.withLock { state in
            defer { state.receiver = nil }
            return state.receiver
        }
        left?.lose(ConnectionLost(sent: true))
    }

    private func take(_ part: ResponseParser.Part, isLast: Bool) {
        switch part {
        case .head(let status): state.withLock { $0.receiver }?.begin(status: status)
        case .body(let bytes): state.withLock { $0.receiver }?.receive(bytes)
        case .end:
            let (finished, isUseless) = state.withLock { state in
                defer { state.receiver = nil }
                return (state.receiver, isLast || state.isSending)
            }
            // Before it can be given another request.
            if isUseless { close() }
            finished?.end()
        }
    }
}
