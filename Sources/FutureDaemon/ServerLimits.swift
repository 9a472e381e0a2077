package import NIOCore

/// How long a peer may take, so that none holds a connection for ever.
package struct ServerLimits: Sendable {
    /// A connection on which nothing has been asked, or whose next request's head has not come
    /// whole, is closed after it.
    package var idleTime = TimeAmount.seconds(60)
    /// A request whose head has come has to have come whole by then, however it trickles in.
    package var requestTime = TimeAmount.seconds(60)
    /// A response of which the peer takes nothing for as long is broken off.
    package var stallTime = TimeAmount.minutes(5)
    /// Requests that are open when a graceful shutdown begins have as long to finish.
    package var shutdownTime = Duration.seconds(2)
    /// How much of a stream is made ready ahead of a slow reader.
    package var streamByteCount = 1 << 20

    package init() {}
}
