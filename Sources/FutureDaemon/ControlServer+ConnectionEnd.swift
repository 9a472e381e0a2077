import NIOCore
import Synchronization

/// Cancels what is done for a connection's peer, once the connection has closed.
///
/// One thing at a time, as requests are answered one after another; it is let go of when it is
/// done. What a channel's own future is to call stays with that until the channel closes.
final class ConnectionEnd: Sendable {
    private struct State {
        var hasCome = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Of a connection that does not close.
    init() {}

    init(of channel: any Channel) { channel.closeFuture.whenComplete { _ in self.come() } }

    func come() {
        let cancel = state.withLock { state in
            state.hasCome = true
            return state.cancel.take()
        }
        cancel?()
    }

    /// Calls `cancel` when the connection closes, unless ``forget()`` has been called before.
    func onCome(_ cancel: @escaping @Sendable () -> Void) {
        let hasCome = state.withLock { state in
            if !state.hasCome { state.cancel = cancel }
            return state.hasCome
        }
        if hasCome { cancel() }
    }

    func forget() { state.withLock { $0.cancel = nil } }

    /// Runs `work`, and cancels it when the peer closes the connection.
    func whileConnected<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await work() }
        onCome { task.cancel() }
        defer { forget() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
