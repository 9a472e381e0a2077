import Foundation
import NIOCore
import Synchronization

/// Collects a response until its end.
final class WholeResponse: ResponseReceiver {
    private struct State {
        var continuation: CheckedContinuation<HTTPReply, any Error>?
        var status = 0
        var body = ByteBuffer()
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<HTTPReply, any Error>) {
        state = Mutex(State(continuation: continuation))
    }

    func begin(status: Int) { state.withLock { $0.status = status } }

    func receive(_ bytes: ByteBuffer) {
        state.withLock { _ = $0.body.writeImmutableBuffer(bytes) }
    }

    func end() {
        let (continuation, reply) = state.withLock { state in
            defer { state.continuation = nil }
            let reply = HTTPReply(status: state.status, body: Data(state.body.readableBytesView))
            return (state.continuation, reply)
        }
        continuation?.resume(returning: reply)
    }

    func lose(_ loss: ConnectionLost) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(throwing: loss)
    }
}
