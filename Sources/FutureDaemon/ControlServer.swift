import Foundation
import FutureControl
package import FutureModel
import HummingbirdCore
package import Logging
import NIOCore

/// The HTTP/JSON API of a ``FutureService`` on a Unix socket that only its user can open.
///
/// Whoever runs it holds the journal's owner lock, so that a socket file found in its place is
/// a dead owner's, and is replaced.
package struct ControlServer: Sendable {
    /// The longest request; what is longer is refused with `payloadTooLarge`.
    package static let bodyByteCount = 64 << 20
    /// Connections beyond it wait until another is closed.
    package static let connectionCount = 1024

    private let service: any FutureService
    private let socketPath: String
    private let limits: ServerLimits
    private let logger: Logger

    package init(
        service: any FutureService, socketPath: String, limits: ServerLimits = ServerLimits(),
        logger: Logger
    ) {
        self.limits = limits
        self.service = service
        self.socketPath = socketPath
        self.logger = logger
    }

    /// Serves until a graceful shutdown, or until it is cancelled; then removes the socket.
    /// Requests that a graceful shutdown finds open have ``ServerLimits/shutdownTime`` to finish.
    ///
    /// - Parameter onReady: Called once, when connections are accepted.
    /// - Throws: ``QueueError`` if the socket cannot be made.
    package func run(onReady: @escaping @Sendable () async -> Void) async throws {
        let site = try SocketSite(path: socketPath)
        defer { site.remove() }
        let listener: Listener
        do {
            listener = try await Listener(
                path: site.bindingPath, limit: Self.affordableConnectionCount,
                limits: limits,
                responder: ControlResponder(service: service, limits: limits, logger: logger),
                logger: logger)
        } catch let error as QueueError {
            throw error
        } catch {
            throw QueueError(.noAccess, "The socket \(socketPath) cannot be made: \(error).")
        }
        do {
            try site.publish()
        } catch {
            listener.stop()
            throw error
        }
        await onReady()
        try await listener.run(shutdownTime: limits.shutdownTime)
    }

    /// Fewer where the process may not open as many files: the journal and the pools need some.
    private static var affordableConnectionCount: Int {
        let fileCount = sysconf(Int32(_SC_OPEN_MAX))
        return fileCount < 0 ? connectionCount : min(connectionCount, max(64, fileCount - 256))
    }
}
