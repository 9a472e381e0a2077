/// The threads of one pool, or what stands for them: who is idle, and who still lives.
struct Roster<Member: Sendable> {
    /// The last to become idle is the first to be used again: its caches, or its worker, are warm.
    private(set) var idle: [Member] = []
    private(set) var members: [Member] = []
    private var liveCount = 0
    private var onLastExit: CheckedContinuation<Void, Never>?

    mutating func takeIdle() -> Member? { idle.popLast() }

    mutating func putBack(_ member: Member) { idle.append(member) }

    mutating func add(_ member: Member) {
        members.append(member)
        liveCount += 1
    }

    /// Whoever waits for the last exit, to be resumed by the caller if this was it.
    mutating func memberExited() -> CheckedContinuation<Void, Never>? {
        liveCount -= 1
        guard liveCount == 0 else { return nil }
        defer { onLastExit = nil }
        return onLastExit
    }

    /// False if none lives: then `continuation` is the caller's to resume.
    mutating func waitForLastExit(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard liveCount > 0 else { return false }
        onLastExit = continuation
        return true
    }
}
