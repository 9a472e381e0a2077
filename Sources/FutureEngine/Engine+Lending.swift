import FutureJournal
package import FutureModel
import FuturePools
import Synchronization

/// Attempts that wait for other futures: they lend their slots, so that a full pool goes on.
///
/// An attempt is stuck if each future that it waits for is one that runs, waits, and is stuck
/// itself. That can only come about when a wait begins, and then it is that wait's error.
extension Engine: AttemptOwner {
    package var journalPath: String { location.path }

    package var attemptService: any FutureService { NestedService(engine: self) }

    package func lend(
        _ attempt: AttemptID, until ids: [FutureID], isBounded: Bool
    ) throws(QueueError) -> Int {
        let (ticket, claim) = try state.withLock { state throws(QueueError) in
            try state.lend(attempt, until: ids, isBounded: isBounded)
        }
        if let claim { make(claim) }
        if let pool = state.withLock({ $0[attempt]?.claimed.pool }) { resumeReturning(pool) }
        interruptHopeless()
        return ticket
    }

    package func takeBack(_ attempt: AttemptID, _ ticket: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let (answer, claim) = state.withLock { state -> (Bool?, Dispatcher.Claim?) in
                let isLast = state.endWait(ticket, of: attempt)
                guard let running = state[attempt], running.isLent else { return (false, nil) }
                let pool = running.claimed.pool
                state[attempt]?.isExpected = false
                guard isLast, running.stop == nil else {
                    return (false, running.isExpected ? state.dispatcher.expectedIsOff(pool) : nil)
                }
                if running.isExpected {
                    state.dispatcher.expectedReturned(pool)
                    state[attempt]?.isLent = false
                    return (true, nil)
                }
                state.dispatcher.wantsBack(pool)
                if state.returning[pool, default: []].isEmpty, state.dispatcher.grantReturn(pool) {
                    state[attempt]?.isLent = false
                    return (true, nil)
                }
                state.returning[pool, default: []].append((attempt, continuation))
                return (nil, nil)
            }
            if let claim { make(claim) }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Lets attempts go on that wanted their slots back and can have them now.
    func resumeReturning(_ pool: PoolKind) {
        for continuation in state.withLock({ $0.grantReturns(pool) }) {
            continuation.resume(returning: true)
        }
    }

    /// One that is told to stop does not wait for its slot.
    func dismissReturning(_ attempt: AttemptID, _ pool: PoolKind) {
        let dismissed = state.withLock { $0.dismissReturning(attempt, pool) }
        dismissed?.resume(returning: false)
    }

    /// Once nothing is claimed any more, attempts that wait for futures which do not run here go
    /// back to pending together with them.
    func interruptHopeless() { interrupt(state.withLock { $0.hopeless() }) }

    /// Stops those of `waiting` that wait for nothing but pending futures.
    func interrupt(_ waiting: [WaitingAttempt]) {
        guard !waiting.isEmpty else { return }
        Task {
            for (attempt, targets) in waiting {
                // What cannot be read is the wait's own to report.
                let found = try? await journal.snapshots(targets)
                guard let found, found.allSatisfy({ $0.state == .pending }) else { continue }
                stop(attempt, .interrupted)
            }
        }
    }
}

typealias WaitingAttempt = (attempt: AttemptID, targets: [FutureID])

/// What one attempt waits for.
struct AttemptWaits {
    private var open: [Int: (ids: [FutureID], isBounded: Bool)] = [:]

    var targets: [FutureID] { open.values.flatMap(\.ids) }
    /// Whether one of the waits ends by itself.
    var isBounded: Bool { open.values.contains(where: \.isBounded) }
    var isEmpty: Bool { open.isEmpty }

    mutating func begin(_ ticket: Int, _ ids: [FutureID], isBounded: Bool) {
        open[ticket] = (ids, isBounded)
    }

    mutating func end(_ ticket: Int) { open[ticket] = nil }
}

extension EngineState {
    mutating func lend(
        _ attempt: AttemptID, until ids: [FutureID], isBounded: Bool
    ) throws(QueueError) -> (ticket: Int, claim: Dispatcher.Claim?) {
        nextTicket += 1
        guard let running = self[attempt] else { return (nextTicket, nil) }
        let before = waits[attempt.future]
        waits[attempt.future, default: AttemptWaits()]
            .begin(nextTicket, ids, isBounded: isBounded)
        if !isBounded, let cycle = cycle(from: attempt.future) {
            waits[attempt.future] = before
            let names = cycle.map(\.description).joined(separator: " → ")
            throw QueueError(
                .waitCycle, "Each of these futures waits for the next to end: \(names).")
        }
        guard !running.isLent else { return (nextTicket, nil) }
        self[attempt]?.isLent = true
        let startable = ids.filter { attempts[$0] == nil }.prefix(Self.directedClaimCount)
        return (nextTicket, dispatcher.lend(running.claimed.pool, for: Array(startable)))
    }

    /// As many of the futures that an attempt waits for are looked at for its slot.
    private static var directedClaimCount: Int { 16 }

    /// Whether that was the attempt's last wait.
    mutating func endWait(_ ticket: Int, of attempt: AttemptID) -> Bool {
        guard self[attempt] != nil else { return false }
        waits[attempt.future]?.end(ticket)
        guard waits[attempt.future]?.isEmpty == true else { return false }
        waits[attempt.future] = nil
        return true
    }

    /// The futures that wait for each other, from `start` to the first that is named twice;
    /// `nil` if what `start` waits for can end.
    private func cycle(from start: FutureID) -> [FutureID]? {
        var stuck: Set<FutureID> = []
        var found = [start]
        while let next = found.popLast() {
            guard let waits = waits[next], !waits.isBounded, attempts[next] != nil else { continue }
            if stuck.insert(next).inserted { found += waits.targets }
        }
        var isShrinking = true
        while isShrinking {
            let rest = stuck.filter { waits[$0]!.targets.allSatisfy(stuck.contains) }
            isShrinking = rest.count < stuck.count
            stuck = rest
        }
        guard stuck.contains(start) else { return nil }
        var path = [start]
        while let next = waits[path[path.count - 1]]?.targets.first {
            defer { path.append(next) }
            if let first = path.firstIndex(of: next) { return path[first...] + [next] }
        }
        return path
    }

    /// Of those that wanted their slots back, all that can have them now.
    mutating func grantReturns(_ pool: PoolKind) -> [CheckedContinuation<Bool, Never>] {
        var granted: [CheckedContinuation<Bool, Never>] = []
        while let first = returning[pool]?.first, dispatcher.grantReturn(pool) {
            returning[pool]?.removeFirst()
            self[first.attempt]?.isLent = false
            granted.append(first.continuation)
        }
        return granted
    }

    /// Where nothing is claimed any more, attempts that wait for what does not run here.
    func hopeless() -> [WaitingAttempt] {
        guard !waits.isEmpty, !dispatcher.isOpen else { return [] }
        return attempts.values.compactMap { running in
            guard running.stop == nil, let waits = waits[running.claimed.id.future],
                waits.targets.allSatisfy({ attempts[$0] == nil })
            else { return nil }
            return (running.claimed.id, waits.targets)
        }
    }

    mutating func dismissReturning(
        _ attempt: AttemptID, _ pool: PoolKind
    ) -> CheckedContinuation<Bool, Never>? {
        guard let index = returning[pool]?.firstIndex(where: { $0.attempt == attempt }) else {
            return nil
        }
        dispatcher.noLongerWantsBack(pool)
        return returning[pool]?.remove(at: index).continuation
    }

    /// Frees what an ended attempt had of its pool. Where its future has ended, the first that
    /// has lent its slot until then has it.
    mutating func free(_ attempt: RunningAttempt, isEnd: Bool) -> Dispatcher.Claim? {
        let (id, pool) = (attempt.claimed.id.future, attempt.claimed.pool)
        waits[id] = nil
        if attempt.isLent {
            let claim = attempt.isExpected ? dispatcher.expectedIsOff(pool) : nil
            return dispatcher.lentEnded(pool) ?? claim
        }
        let waiting = waits.first { waiter, waits in
            guard let running = attempts[waiter] else { return false }
            return running.isLent && !running.isExpected && running.stop == nil
                && running.claimed.pool == pool && waits.targets.contains(id)
        }
        guard isEnd, let waiting else { return dispatcher.slotFreed(pool) }
        attempts[waiting.key]?.isExpected = true
        dispatcher.slotFreedForReturn(pool)
        return nil
    }
}
