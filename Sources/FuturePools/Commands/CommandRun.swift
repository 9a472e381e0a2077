import Foundation
import FutureModel
import Synchronization

/// One attempt of a command, from the moment a slot is found for it until it is reported: what the
/// slot's thread and those who stop or watch it share.
final class CommandRun: Sendable {
    private struct State {
        /// Set while it may be signalled: from its start until the thread has seen its end.
        var process: ChildProcess?
        var isStopping = false
        var isToBeKilled = false
        var wasSignalled = false
        var capture: OutputCapture
        var newFollowers: [OutputFollower] = []
        var isOver = false

        /// SIGTERM now. SIGKILL is for the thread to send, which first has to see who is of the
        /// family: once parents are dead their children cannot be told from others.
        mutating func signal(_ step: StopStep) {
            guard let process, !process.hasEnded else { return }
            wasSignalled = true
            guard step == .ask else { return }
            process.signalGroup(SIGTERM)
            // One that is stopped takes the signal only once it goes on.
            process.signalGroup(SIGCONT)
        }
    }

    let attempt: ClaimedAttempt
    let onEnd: @Sendable (AttemptReport) -> Void
    private let state: Mutex<State>

    init(_ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void) {
        self.attempt = attempt
        self.onEnd = onEnd
        state = Mutex(State(capture: OutputCapture(limitByteCount: attempt.options.outputLimit)))
    }

    var output: CapturedOutput { state.withLock { $0.capture.output } }

    // MARK: Called by anybody

    /// Signals what can be signalled at once; the rest is the slot's, which is woken by the caller.
    func stop(_ step: StopStep) {
        state.withLock { state in
            state.isStopping = true
            if step == .kill { state.isToBeKilled = true }
            state.signal(step)
        }
    }

    /// False if it is over.
    func follow(_ follower: OutputFollower) -> Bool {
        state.withLock { state in
            if state.isOver { return false }
            state.newFollowers.append(follower)
            return true
        }
    }

    // MARK: Called by the slot's thread

    /// Whether it was stopped before it could start.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// From here on it can be signalled; a stop that came before is made up for.
    func didStart(_ process: ChildProcess) {
        state.withLock { state in
            state.process = process
            if state.isStopping { state.signal(state.isToBeKilled ? .kill : .ask) }
        }
    }

    /// True once for each request to kill it.
    func takeKill() -> Bool {
        state.withLock { state in
            defer { state.isToBeKilled = false }
            return state.isToBeKilled
        }
    }

    /// From here on it cannot be signalled; whether it was, and whether it was told to stop.
    func didEnd() -> (wasSignalled: Bool, isStopping: Bool) {
        state.withLock { state in
            state.process = nil
            return (state.wasSignalled, state.isStopping)
        }
    }

    /// How many bytes had been written to the stream before.
    func append(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) -> Int {
        state.withLock { state in
            defer { state.capture.append(bytes, to: stream) }
            return state.capture.output[stream].writtenByteCount
        }
    }

    /// Followers that have come since the last call, and the output up to now, which is theirs.
    func takeNewFollowers() -> (followers: [OutputFollower], output: CapturedOutput)? {
        state.withLock { state in
            if state.newFollowers.isEmpty { return nil }
            defer { state.newFollowers = [] }
            return (state.newFollowers, state.capture.output)
        }
    }

    /// The last call of the thread: nobody can follow from here on.
    func close() -> (followers: [OutputFollower], output: CapturedOutput) {
        state.withLock { state in
            state.isOver = true
            defer { state.newFollowers = [] }
            return (state.newFollowers, state.capture.output)
        }
    }
}
