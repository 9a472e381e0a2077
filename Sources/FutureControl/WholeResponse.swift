import Foundation
import Synchronization

/// Collects a response until its end.
final class WholeResponse: ResponseReceiver {
    private struct State {
        var continuation: CheckedContinuation<HTTPReply, any Error>?
        var status = 0
        var body = Data()
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<HTTPReply, any Error>) {
        state = Mutex(State(continuation: continuation))
    }

    func begin(status: Int) { state.withLock { $0.status = status } }

    func receive(_ bytes: [UInt8]) {
        state.withLock { $0.body.append(contentsOf: bytes) }
    }

    func end() {
        let (continuation, reply) = state.withLock { state in
            defer { state.continuation = nil }
            let reply = HTTPReply(status: state.status, body: state.body)
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
