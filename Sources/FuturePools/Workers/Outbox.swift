import CProcess
import Foundation
import Synchronization

/// What is still to be sent on a socket, in order. Nobody waits here: what the socket does not
/// take at once is left for the next ``flush()``.
final class Outbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var sentCount = 0
        var isClosed = false
    }

    let socket: Int32
    private let state = Mutex(State())

    /// Takes over `socket`, up to ``close()``.
    init(_ socket: Int32) {
        self.socket = socket
        _ = cp_set_nonblocking(socket)
    }

    var isEmpty: Bool { state.withLock { $0.bytes.isEmpty } }

    func append(_ frame: Frame) {
        state.withLock { state in
            if state.bytes.isEmpty {
                state.bytes = frame.bytes
            } else {
                state.bytes += frame.bytes
            }
        }
    }

    /// Sends what the socket takes; whether it is to be told when the socket takes more.
    func flush() -> Bool {
        state.withLock { state in
            guard !state.bytes.isEmpty, !state.isClosed else { return false }
            let count = state.bytes.withUnsafeBytes {
                cp_send(socket, $0.baseAddress! + state.sentCount, $0.count - state.sentCount)
            }
            // That the worker is gone is seen by its exit, with the reason.
            if count < 0 { return errno != EPIPE }
            state.sentCount += count
            if state.sentCount < state.bytes.count { return true }
            (state.bytes, state.sentCount) = ([], 0)
            return false
        }
    }

    func close() {
        state.withLock { state in
            if !state.isClosed { Foundation.close(socket) }
            state.isClosed = true
        }
    }
}
