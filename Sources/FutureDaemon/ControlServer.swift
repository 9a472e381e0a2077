import Foundation
import FutureControl
package import FutureModel
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The HTTP/JSON API of a ``FutureService`` on a Unix socket that only its user can open.
///
/// Whoever runs it holds the journal's owner lock, so that a socket file found in its place is
/// a dead owner's, and is replaced.
package struct ControlServer: Sendable {
    /// The longest request; what is longer is refused with `payloadTooLarge`.
    package static let bodyByteCount = 64 << 20
    /// Connections beyond it wait until another is closed.
    package static let connectionCount = 1024
    /// A connection on which nothing has been asked, or on which a request has stopped in its
    /// middle, is closed after it.
    private static let idleTime = TimeAmount.seconds(60)
    /// How long requests may take to finish once a graceful shutdown has begun.
    private static let shutdownTime = Duration.seconds(2)

    private let service: any FutureService
    private let socketPath: String
    private let logger: Logger

    package init(service: any FutureService, socketPath: String, logger: Logger) {
        self.service = service
        self.socketPath = socketPath
        self.logger = logger
    }

    /// Serves until a graceful shutdown, or until it is cancelled; then removes the socket.
    /// Requests that a graceful shutdown finds open have two seconds to finish.
    ///
    /// - Parameter onReady: Called once, when connections are accepted.
    /// - Throws: ``QueueError`` if the socket cannot be made.
    package func run(onReady: @escaping @Sendable () async -> Void) async throws {
        let site = try SocketSite(path: socketPath)
        defer { site.remove() }
        let failure = Mutex<QueueError?>(nil)
        let server = makeServer(at: site.bindingPath) { channel in
            do throws(QueueError) {
                try site.publish()
                await onReady()
            } catch {
                failure.withLock { $0 = error }
                channel.close(promise: nil)
            }
        }
        do { try await Self.run(server) } catch let error as IOError {
            throw QueueError(
                .noAccess, "The socket \(socketPath) cannot be made: \(error.description).")
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func makeServer(
        at path: String, onRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> Server<HTTP1Channel> {
        // Its notes name the path that is bound first, which nobody knows.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Server(
            childChannelSetup: HTTP1Channel(
                responder: ControlResponder(service: service, logger: logger).respond,
                configuration: HTTP1Channel.Configuration(idleTimeout: Self.idleTime)),
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: path), backlog: Self.connectionCount,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.connectionCount, logger: quiet)),
            onServerRunning: onRunning, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet)
    }

    private static func run(_ server: Server<HTTP1Channel>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                // A held request or a stream may have no end of its own.
                do {
                    try await gracefulShutdown()
                    try await Task.sleep(for: shutdownTime)
                } catch is CancellationError {}
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
