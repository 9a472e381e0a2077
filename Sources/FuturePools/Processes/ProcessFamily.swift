import CProcess

/// Some processes with all their descendants, as far as these can be known: by descent, by group
/// and session, and by a mark in their environment.
struct ProcessFamily {
    private let recorded: [cp_identity]
    private let mark: [UInt8]
    private let notBefore: UInt64
    /// Who is known to belong, by pid with the start time that makes sure of it. What was seen once
    /// is remembered: a child found later may have a parent that is already gone.
    private var known: [Int32: UInt64]

    /// `mark` begins an environment entry of every member; none started before `notBefore`.
    init(recorded: [cp_identity], mark: [UInt8], notBefore: UInt64) {
        self.recorded = recorded
        self.mark = mark
        self.notBefore = notBefore
        known = Dictionary(recorded.map { ($0.pid, $0.start_time) }, uniquingKeysWith: { $1 })
    }

    /// Those of `entries` that belong, the recorded and those that have ended included.
    mutating func members(_ entries: [ProcessEntry]) -> [ProcessEntry] {
        let orphans = orphans(entries)
        var members: [ProcessEntry] = []
        var rest: [ProcessEntry] = []
        for entry in entries where entry.startTime >= notBefore {
            let isMember =
                known[entry.pid] == entry.startTime || orphans.contains(entry.pid)
                || ProcessTable.environment(of: entry.pid, holds: mark)
            if isMember { members.append(entry) } else { rest.append(entry) }
        }
        // Generation by generation, until none has a parent or leader among the members.
        var pids = Set(members.map(\.pid))
        var before = -1
        while members.count != before {
            before = members.count
            let next = rest.filter {
                pids.contains($0.parent) || pids.contains($0.group) || pids.contains($0.session)
            }
            rest.removeAll { next.contains($0) }
            members += next
            pids.formUnion(next.map(\.pid))
        }
        for member in members { known[member.pid] = member.startTime }
        return members
    }

    /// Members of a recorded group whose leader is gone. Its number may have been used again, so
    /// more is asked of them: the session of the recorded one, and a parent outside of it, which is
    /// what orphans have and the jobs of somebody's shell have not.
    private func orphans(_ entries: [ProcessEntry]) -> Set<Int32> {
        if recorded.isEmpty { return [] }
        let sessions = Dictionary(
            entries.map { ($0.pid, $0.session) }, uniquingKeysWith: { $1 })
        let leaderless = Dictionary(
            recorded.filter { sessions[$0.pid] == nil }.map { ($0.pid, $0) },
            uniquingKeysWith: { $1 })
        return Set(
            entries.filter { entry in
                guard let leader = leaderless[entry.group] else { return false }
                return entry.session == leader.session && entry.startTime >= leader.start_time
                    && (entry.parent == 1 || sessions[entry.parent] != entry.session)
            }.map(\.pid))
    }
}
