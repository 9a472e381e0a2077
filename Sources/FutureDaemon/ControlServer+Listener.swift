import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Accepts connections until it is told to stop, and then lets them finish.
///
/// Hummingbird's own server cannot be stopped by a cancellation: a connection that it has
/// accepted and not begun to serve is then let go of unfinished, which NIO treats as a fatal
/// mistake. Here every accepted connection is served, if only to be closed.
struct Listener: Sendable {
    private let channel: any Channel
    private let accepting: Task<Void, Never>
    private let connections: OpenConnections

    /// - Parameter limit: Connections beyond it wait in the socket's queue.
    init(path: String, limit: Int, http: HTTP1Channel, logger: Logger) async throws {
        // On one event loop with the listener itself, a connection cannot be accepted while the
        // listener closes. Handlers run elsewhere.
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let listener = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(ChannelOptions.backlog, value: CInt(limit))
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: limit))
                }
            }
            .bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: false,
                serverBackPressureStrategy: nil
            ) { http.setup(channel: $0, logger: logger) }
        let connections = OpenConnections()
        channel = listener.channel
        self.connections = connections
        // Unstructured, for a cancellation must not reach it.
        accepting = Task {
            do {
                try await listener.executeThenClose { inbound in
                    for try await connection in inbound {
                        connections.add(connection.channel) {
                            await http.handle(value: connection, logger: logger)
                        }
                    }
                }
            } catch {
                logger.error("The control socket accepts no more connections: \(error)")
            }
        }
    }

    /// Returns when a graceful shutdown or a cancellation has stopped it. Requests that a
    /// graceful shutdown finds open have `shutdownTime` to finish.
    func run(shutdownTime: Duration) async {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await accepting.value
            } onGracefulShutdown: {
                stop()
            }
            connections.quiesce()
            let cutOff = Task {
                try await Task.sleep(for: shutdownTime)
                connections.cancel()
            }
            await connections.finished()
            cutOff.cancel()
        } onCancel: {
            stop()
            connections.cancel()
        }
    }

    /// Accepts nothing more.
    func stop() { channel.close(promise: nil) }
}
