package import FutureModel
import Synchronization

/// Who follows the output of an attempt: until its end, or until they leave.
package final class OutputFollower: Sendable {
    private struct State {
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let onChunk: @Sendable (OutputChunk) -> Void
    private let state = Mutex(State())

    package init(_ onChunk: @escaping @Sendable (OutputChunk) -> Void) { self.onChunk = onChunk }

    /// Whether nothing more is wanted, or comes.
    package var isOver: Bool { state.withLock { $0.isOver } }

    /// Hands on `chunk`, unless it is over.
    package func take(_ chunk: OutputChunk) { if !isOver { onChunk(chunk) } }

    /// At the end of the attempt, or when its output is not wanted any more.
    package func finish() {
        let waiter = state.withLock { state in
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns when it is over; a cancelled caller leaves. Called once.
    package func untilOver() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.isOver { state.waiter = continuation }
                    return state.isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            finish()
        }
    }
}
