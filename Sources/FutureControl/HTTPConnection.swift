import Foundation
import FutureModel
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection to an owner's socket; carries one request at a time.
final class HTTPConnection: Sendable {
    /// One thread is plenty for a client, and quicker to start than one for each core. It lives
    /// as long as the process.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    var isOpen: Bool { channel.isActive }

    /// - Throws: `noOwner` where nobody listens, `noAccess` where the caller may not connect.
    static func open(_ socketPath: String) async throws(QueueError) -> HTTPConnection {
        try refuseForeign(socketPath)
        let bootstrap = ClientBootstrap(group: eventLoops)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ResponseHandler())
                }
            }
        var refusals = 0
        while true {
            do {
                let channel = try await bootstrap.connect(unixDomainSocketPath: socketPath).get()
                return HTTPConnection(channel)
            } catch let error as IOError where error.errnoCode == EAGAIN && refusals < 500 {
                // The queue of connections that the owner has not accepted yet is full.
                refusals += 1
                try? await Task<Never, Never>.sleep(for: .milliseconds(10))
            } catch {
                throw connectError(error, socketPath)
            }
        }
    }

    /// In a directory that others may write to, another user could serve a socket of that name.
    private static func refuseForeign(_ path: String) throws(QueueError) {
        if FileStatus(of: path)?.isForeign == true {
            throw QueueError(.noAccess, "The socket \(path) belongs to another user.")
        }
    }

    private static func connectError(_ error: any Error, _ path: String) -> QueueError {
        switch (error as? IOError)?.errnoCode {
        case ENOENT, ECONNREFUSED:
            QueueError(.noOwner, "No daemon answers at \(path); start one with 'queued'.")
        case EACCES, EPERM:
            QueueError(.noAccess, "The socket \(path) belongs to another user.")
        default: QueueError(.ioError, "Cannot connect to \(path): \(error).")
        }
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

    private func send(_ request: ControlRequest, to receiver: any ResponseReceiver) {
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.route.method.rawValue),
            uri: request.target)
        head.headers.add(name: "host", value: "localhost")
        if let body = request.body {
            head.headers.add(name: "content-type", value: "application/json")
            head.headers.add(name: "content-length", value: String(body.count))
        } else if request.route.method == .post {
            head.headers.add(name: "content-length", value: "0")
        }
        let exchange = HTTPExchange(
            head: head, body: request.body.map { ByteBuffer(bytes: $0) }, receiver: receiver)
        channel.writeAndFlush(exchange).whenFailure { [channel] error in
            if case ChannelError.ioOnClosedChannel = error {
                receiver.lose(ConnectionLost(sent: false))
            }
            channel.close(promise: nil)
        }
    }

    func close() { channel.close(promise: nil) }
}
