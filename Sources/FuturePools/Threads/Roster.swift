/// The threads of one pool, or what stands for them: who is idle, and who still lives.
struct Roster<Member: Sendable> {
    /// The last to become idle is the first to be used again: its caches, or its worker, are warm.
    private(set) var idle: [Member] = []
    private(set) var members: [Member] = []
    private var liveCount = 0
    private(set) var isClosed = false
    private var onLastExit: [CheckedContinuation<Void, Never>] = []

    mutating func takeIdle() -> Member? { idle.popLast() }

    mutating func putBack(_ member: Member) { idle.append(member) }

    /// It is to end, and is not idle.
    mutating func remove(_ isGone: (Member) -> Bool) { members.removeAll(where: isGone) }

    mutating func add(_ member: Member) {
        members.append(member)
        liveCount += 1
    }

    /// Whoever waits for the last exit, to be resumed by the caller if this was it.
    mutating func memberExited() -> [CheckedContinuation<Void, Never>] {
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
