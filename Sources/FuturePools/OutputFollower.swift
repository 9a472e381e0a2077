import Foundation
package import FutureModel
import Synchronization

/// Who follows the output of a future, attempt after attempt: until its end, or until they leave.
///
/// Of what they have not taken so much is kept. What comes then is left out, until half of that has
/// been taken; one who holds the command up misses nothing, as its output is not read meanwhile.
package final class OutputFollower: Sendable {
    /// How much is kept for one who is behind.
    package static let byteCount = 4 << 20

    fileprivate enum Ending { case left, finished, failed(QueueError) }

    fileprivate struct State {
        /// In the order of coming, and those to be taken first, the next one last.
        var incoming: [OutputChunk] = []
        var outgoing: [OutputChunk] = []
        var byteCount = 0
        var isBehind = false
        /// Where what was left out ends, for each attempt and stream.
        var leftOut: [OutputChunk] = []
        /// The attempt that was followed last.
        var attempt: Int?
        var ending: Ending?
        var waiter: CheckedContinuation<OutputChunk?, Never>?
        var wake: Wake?
    }

    fileprivate struct Wake {
        let act: @Sendable () -> Void
    }

    private let holdsUp: Bool
    private let state = Mutex(State())

    package init(holdsUp: Bool = false) { self.holdsUp = holdsUp }

    // MARK: Called by who reads

    /// `nil` once it is over and all has been taken; a cancelled caller leaves. For one caller at
    /// a time.
    package func next() async -> OutputChunk? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, wake) = state.withLock { state -> (OutputChunk??, Wake?) in
                    let wasBehind = state.isBehind
                    if let chunk = state.pop() {
                        return (chunk, wasBehind && !state.isBehind ? state.wake : nil)
                    }
                    if state.ending != nil { return (.some(nil), nil) }
                    state.waiter = continuation
                    return (nil, nil)
                }
                wake?.act()
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            leave()
        }
    }

    /// Nothing more is wanted.
    package func leave() { end(.left) }

    // MARK: Called by who writes

    /// Whether nothing more is wanted, or comes.
    package var isOver: Bool { state.withLock { $0.ending != nil } }

    /// Why it is over, if it should not be.
    package var failure: QueueError? {
        if case .failed(let error)? = state.withLock({ $0.ending }) { error } else { nil }
    }

    /// Whether the command is to wait; when it is to go on, ``onRoom(_:)`` says.
    package var isHoldingUp: Bool {
        holdsUp && state.withLock { $0.isBehind && $0.ending == nil }
    }

    /// What is to be called when there is room again, or none is needed any more.
    package func onRoom(_ act: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.wake = Wake(act: act)
            return state.ending != nil
        }
        if isOver { act() }
    }

    /// Hands on `chunk`, unless it is over.
    package func take(_ chunk: OutputChunk) {
        let ready = state.withLock { state in
            if state.ending == nil {
                if state.isBehind, !holdsUp { state.leaveOut(chunk) } else { state.append(chunk) }
            }
            return state.takeWaiter()
        }
        ready?.waiter.resume(returning: ready?.chunk)
    }

    /// The future has ended; or its owner has, with `error`.
    package func finish(failing error: QueueError? = nil) {
        end(error.map { .failed($0) } ?? .finished)
    }

    private func end(_ ending: Ending) {
        let (ready, wake) = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            if case .left = ending { state.drop() } else { state.tellWhatIsLeftOut() }
            return (state.takeWaiter(), state.wake.take())
        }
        ready?.waiter.resume(returning: ready?.chunk)
        wake?.act()
    }

    // MARK: Which attempts are followed

    /// True once for each attempt.
    package func join(_ attempt: Int) -> Bool {
        state.withLock { state in
            defer { state.attempt = attempt }
            return state.attempt != attempt
        }
    }

    /// It could not be followed after all.
    package func miss(_ attempt: Int) {
        state.withLock { if $0.attempt == attempt { $0.attempt = nil } }
    }

    package func hasJoined(_ attempt: Int) -> Bool { state.withLock { $0.attempt == attempt } }
}

extension OutputFollower.State {
    fileprivate mutating func append(_ chunk: OutputChunk) {
        tellWhatIsLeftOut()
        incoming.append(chunk)
        byteCount += chunk.bytes.count
        if byteCount >= OutputFollower.byteCount { isBehind = true }
    }

    fileprivate mutating func leaveOut(_ chunk: OutputChunk) {
        leftOut.removeAll { $0.attempt == chunk.attempt && $0.stream == chunk.stream }
        leftOut.append(
            OutputChunk(
                attempt: chunk.attempt, stream: chunk.stream, offset: chunk.end, bytes: Data()))
    }

    fileprivate mutating func tellWhatIsLeftOut() {
        incoming += leftOut
        leftOut = []
    }

    fileprivate mutating func pop() -> OutputChunk? {
        if outgoing.isEmpty {
            outgoing = incoming.reversed()
            incoming = []
        }
        guard let chunk = outgoing.popLast() else { return nil }
        byteCount -= chunk.bytes.count
        if byteCount <= OutputFollower.byteCount / 2 { isBehind = false }
        return chunk
    }

    fileprivate mutating func drop() { (incoming, outgoing, leftOut) = ([], [], []) }

    /// Whoever waits, if there is something for them, or there will be nothing.
    fileprivate mutating func takeWaiter() -> (
        waiter: CheckedContinuation<OutputChunk?, Never>, chunk: OutputChunk?
    )? {
        guard waiter != nil else { return nil }
        let chunk = pop()
        guard chunk != nil || ending != nil else { return nil }
        return waiter.take().map { ($0, chunk) }
    }
}
