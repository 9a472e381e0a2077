package import FutureModel

/// Threads or processes that run attempts. A pool knows nothing of the journal: it is handed an
/// attempt and reports how it ended.
package protocol Pool: AnyObject, Sendable {
    var kind: PoolKind { get }

    /// How many attempts it runs at once.
    var capacity: Int { get }

    /// Whom its attempts may ask, once; before the first starts.
    func attach(_ owner: any AttemptOwner)

    /// Begins `attempts` and returns; calls `onEnd` once for each, when nothing of it runs any
    /// more: on a thread of the pool's own, or on the caller's for one that could not be started. The caller sees to it that no more than ``capacity`` run,
    /// and counts an attempt until its `onEnd`, but for the time in which it has lent its slot.
    func start(_ attempts: [ClaimedAttempt], onEnd: @escaping AttemptEnd)

    /// Takes one step to stop an attempt; does nothing if it has ended.
    func stop(_ attempt: AttemptID, _ step: StopStep)

    /// What a running command has written so far; `nil` for an attempt that does not run here.
    func output(of attempt: AttemptID) -> CapturedOutput?

    /// Calls `onChunk` with what a running command has written and then with what it writes, in
    /// order, and once with `nil` at its end; false if it does not run here.
    func followOutput(
        of attempt: AttemptID, _ onChunk: @escaping @Sendable (OutputChunk?) -> Void
    ) -> Bool

    /// Ends the pool's threads and workers. Called when no attempt runs; functions on threads that
    /// went on when they were to stop are left behind.
    func shutdown() async
}

package typealias AttemptEnd = @Sendable (ClaimedAttempt, AttemptReport) -> Void

extension Pool {
    package func attach(_ owner: any AttemptOwner) {}

    package func output(of attempt: AttemptID) -> CapturedOutput? { nil }

    package func followOutput(
        of attempt: AttemptID, _ onChunk: @escaping @Sendable (OutputChunk?) -> Void
    ) -> Bool { false }
}

/// The end of an attempt.
package struct AttemptReport: Sendable, Hashable {
    package var ending: AttemptEnding
    /// Of a command, what it wrote.
    package var output: CapturedOutput?
    /// The process in which it ran, where that is another than the pool's.
    package var pid: Int32?

    package init(_ ending: AttemptEnding, output: CapturedOutput? = nil, pid: Int32? = nil) {
        self.ending = ending
        self.output = output
        self.pid = pid
    }
}

/// How hard an attempt is told to stop.
package enum StopStep: String, Sendable, Hashable {
    /// Swift cancellation for a function, on a thread or in a worker; SIGTERM to the process group
    /// of a command.
    case ask
    /// SIGKILL to a command's whole process tree, or to the worker; nothing to a thread.
    case kill
}
