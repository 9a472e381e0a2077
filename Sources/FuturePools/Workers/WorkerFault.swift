import Foundation
import FutureModel

/// Why a worker can be heard no longer.
enum WorkerFault: Sendable {
    /// It has died, or hung up.
    case isGone
    case talksNonsense
    /// Its attempt is to be killed.
    case isToBeKilled
}

extension Worker {
    /// For one that has hung up, until its end is seen.
    private static let hangUpLimitMs: Int32 = 1000

    /// Buries it. How its attempt has ended; `nil` if that has not begun and may be given to
    /// another worker.
    mutating func bury(
        _ turn: WorkerTurn, _ fault: WorkerFault, _ buffer: UnsafeMutableRawBufferPointer
    ) -> AttemptReport? {
        var turn = turn
        defer { turn.close() }
        var (wasKilled, guilt): (Bool, String?) = (false, nil)
        switch fault {
        case .talksNonsense: guilt = "sent a malformed message and was killed"
        case .isToBeKilled:
            wasKilled = !process.hasEnded
            kill()
        case .isGone: break
        }
        if guilt == nil {
            if !hearLastWords(buffer) { guilt = "hung up and was killed" }
            // A value counts if it came whole.
            while let frame = try? nextFrame() {
                guard case .ended(_, let report) = turn.hear(frame, onMore: {}) else { continue }
                _ = bury()
                return report
            }
        }
        let canMove = guilt == nil && !wasKilled && turn.canMove(from: self)
        let status = bury()
        return canMove
            ? nil : death(turn, status, guilt, wasKilled: wasKilled)
    }

    /// Reads what is left of a worker that has died or hung up; whether it has died.
    mutating func hearLastWords(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let hasEnded = waitForExit(limitMs: Self.hangUpLimitMs)
        while receive(buffer), hasMore {}
        return hasEnded
    }

    private func death(
        _ turn: WorkerTurn, _ status: ExitStatus?, _ guilt: String?, wasKilled: Bool
    ) -> AttemptReport {
        var failure = TaskFailure(
            type: TaskFailure.workerDied,
            message: "the worker process (pid \(line.pid)) "
                + (guilt ?? status?.phrase ?? "ended"))
        switch status {
        case .code(let code)?: failure.exitCode = code
        case .signal(let signal)?:
            failure.signal = signal
            if signal == SIGKILL, guilt == nil, !wasKilled {
                failure.message += turn.memory.remark
            }
        case nil: break
        }
        return AttemptReport(.workerDied(failure, signalled: wasKilled), pid: line.pid)
    }
}
