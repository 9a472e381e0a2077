import Foundation
import FutureModel
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Accepts connections until it is told to stop, and then lets them finish.
///
/// In place of Hummingbird's own server, which hands connections on through a sequence: one that
/// is accepted while that sequence ends is let go of unfinished, and NIO stops the process for
/// it. Here each is served from the moment it exists.
struct Listener: Sendable {
    private let channel: any Channel
    private let connections: OpenConnections

    /// - Parameter limit: Connections beyond it wait in the socket's queue.
    /// - Throws: `ioError` where the system has no threads for it.
    init(
        path: String, limit: Int, limits: ServerLimits, responder: ControlResponder, logger: Logger
    ) async throws {
        // NIO ends the process where it gets none.
        let error = NativeThread.tryToStart(NIOSingletons.groupLoopCountSuggestion)
        if error != 0 {
            let reason = String(cString: strerror(error))
            throw QueueError(
                .ioError, "No threads could be started to serve the socket: \(reason).")
        }
        let connections = OpenConnections()
        self.connections = connections
        let configuration = HTTP1Channel.Configuration(idleTimeout: limits.idleTime)
        let refusal = HTTP1Channel(responder: Peer.refuse, configuration: configuration)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.backlog, value: CInt(limit))
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: limit))
                }
            }
            .childChannelInitializer { channel in
                Peer.isWelcome(on: channel).flatMap { isWelcome in
                    let http =
                        isWelcome
                        ? responder.http(ConnectionEnd(of: channel), configuration) : refusal
                    return http.setup(channel: channel, logger: logger).flatMapThrowing {
                        connection in
                        try DeadlineHandler.add(to: channel.pipeline.syncOperations, limits)
                        try channel.pipeline.syncOperations.addHandler(
                            ActivityHandler {
                                connections.add(channel) {
                                    await http.handle(value: connection, logger: logger)
                                }
                            })
                    }
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: false).get()
    }

    /// Returns when a graceful shutdown or a cancellation has stopped it. Requests that a
    /// graceful shutdown finds open have `shutdownTime` to finish.
    ///
    /// - Throws: `ioError` if the socket closed for another reason.
    func run(shutdownTime: Duration) async throws(QueueError) {
        let wasStopped = await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                // It succeeds whenever the channel closes, for whatever reason.
                try? await channel.closeFuture.get()
            } onGracefulShutdown: {
                stop()
            }
            let wasStopped = Task.isShuttingDownGracefully || Task.isCancelled
            connections.quiesce()
            let cutOff = Task {
                try await Task.sleep(for: shutdownTime)
                connections.cancel()
            }
            await connections.finished()
            cutOff.cancel()
            return wasStopped
        } onCancel: {
            stop()
            connections.cancel()
        }
        if !wasStopped { throw QueueError(.ioError, "The control socket closed by itself.") }
    }

    /// Accepts nothing more.
    func stop() { channel.close(promise: nil) }
}

/// Says when a channel has become active: closing one before that trips an assertion of NIO's.
private final class ActivityHandler: ChannelInboundHandler {
    typealias InboundIn = Any

    private let onActive: () -> Void

    init(onActive: @escaping () -> Void) { self.onActive = onActive }

    func channelActive(context: ChannelHandlerContext) {
        onActive()
        context.fireChannelActive()
    }
}
