import CProcess
import Foundation

/// Kills processes that are found by what they are, not by a number that may have changed hands.
struct ProcessSweep {
    /// Milliseconds between two looks while something does not die or cannot be seen.
    private static let pauseMs: Int32 = 10

    private let own = getpid()
    /// What this process may not kill: it runs as another user.
    private var untouchable: Set<ProcessEntry> = []

    /// Sends SIGKILL to all that `belong` picks from a snapshot, and waits until they have ended
    /// and two snapshots in a row hold no more; how many there were. Never this process itself.
    static func killAll(_ belong: ([ProcessEntry]) -> [ProcessEntry]) -> Int {
        var sweep = ProcessSweep()
        var killed: Set<ProcessID> = []
        var emptyLooks = 0
        while emptyLooks < 2 {
            guard let entries = ProcessTable.snapshot() else {
                pause()
                continue
            }
            let targets = sweep.alive(belong(entries))
            emptyLooks = targets.isEmpty ? emptyLooks + 1 : 0
            killed.formUnion(targets.map(ProcessID.init))
            sweep.kill(targets)
        }
        return killed.count
    }

    /// Waits until no process of `group` runs, its leader aside, which has been reaped. Signals
    /// nobody: the number may belong to a stranger by now.
    static func waitForGroup(_ group: Int32) {
        while Foundation.kill(-group, 0) == 0 || errno == EPERM {
            guard let entries = ProcessTable.snapshot() else {
                pause()
                continue
            }
            let session = getsid(0)
            let rest = entries.filter {
                $0.group == group && $0.pid != group && $0.session == session && !$0.hasEnded
            }
            if rest.isEmpty { return }
            pause()
        }
    }

    private static func pause() { _ = poll(nil, 0, pauseMs) }

    private struct ProcessID: Hashable {
        let pid: Int32
        let startTime: UInt64

        init(_ entry: ProcessEntry) { (pid, startTime) = (entry.pid, entry.startTime) }
    }

    private func alive(_ entries: [ProcessEntry]) -> [ProcessEntry] {
        entries.filter {
            !$0.hasEnded && $0.pid != own && $0.pid > 1 && !untouchable.contains(identity($0))
        }
    }

    /// An entry without what changes in the life of a process.
    private func identity(_ entry: ProcessEntry) -> ProcessEntry {
        ProcessEntry(
            pid: entry.pid, parent: 0, group: 0, session: 0, state: 0, startTime: entry.startTime)
    }

    private mutating func kill(_ targets: [ProcessEntry]) {
        var waiting: [pollfd] = []
        defer { for item in waiting { close(item.fd) } }
        for target in targets {
            let descriptor = cp_open_process(target.pid)
            if descriptor < 0 { continue }
            waiting.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            // Only now is it sure that the number stays with this process: is it still the one?
            guard let now = ProcessTable.entry(target.pid), now.startTime == target.startTime,
                cp_signal(descriptor, target.pid, SIGKILL) != 0, errno == EPERM
            else { continue }
            untouchable.insert(identity(target))
        }
        while !waiting.isEmpty {
            var one = [waiting[waiting.count - 1]]
            Descriptors.wait(&one, timeoutMs: Self.pauseMs)
            if one[0].revents == 0 { return }
            close(waiting.removeLast().fd)
        }
    }
}
