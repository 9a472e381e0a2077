import Foundation
import FutureModel

/// The slots of one pool of processes: which are idle, which attempt each of the others has, and
/// how many of their threads live.
struct Roster<Slot: AnyObject & Sendable, Run: Sendable> {
    private(set) var slots: [Slot] = []
    /// The last to become idle is the first to be used again: its caches, or its worker, are warm.
    private var idle: [Slot] = []
    private var running: [AttemptID: (slot: Slot, run: Run)] = [:]
    private var liveCount = 0
    private var isClosed = false
    private var onLastExit: [CheckedContinuation<Void, Never>] = []

    /// Where an attempt runs; `nil` once it has ended.
    subscript(attempt: AttemptID) -> (slot: Slot, run: Run)? { running[attempt] }

    /// `nil` where a slot is to be added. Throws `ECANCELED` after ``close(_:)``.
    mutating func takeIdle() throws(SystemFailure) -> Slot? {
        if isClosed { throw SystemFailure(ECANCELED) }
        return idle.popLast()
    }

    /// Its thread has been started.
    mutating func add(_ slot: Slot) {
        slots.append(slot)
        liveCount += 1
    }

    mutating func begin(_ attempt: AttemptID, _ run: Run, in slot: Slot) {
        running[attempt] = (slot, run)
    }

    /// The attempt's slot is idle again. Where there are more than `limit` it is returned instead,
    /// for the caller to close: while attempts wait for others they keep their slots.
    mutating func end(_ attempt: AttemptID, limit: Int) -> Slot? {
        guard let slot = running.removeValue(forKey: attempt)?.slot else { return nil }
        if slots.count > limit, !isClosed {
            slots.removeAll { $0 === slot }
            return slot
        }
        idle.append(slot)
        return nil
    }

    /// A slot's thread ends. Whoever waits for the last exit, to be resumed by the caller if this
    /// was it.
    mutating func slotExited() -> [CheckedContinuation<Void, Never>] {
        liveCount -= 1
        guard liveCount == 0 else { return [] }
        defer { onLastExit = [] }
        return onLastExit
    }

    /// Nobody is to be used again. False if none lives: then `continuation` is the caller's to
    /// resume.
    mutating func close(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        isClosed = true
        guard liveCount > 0 else { return false }
        onLastExit.append(continuation)
        return true
    }
}
