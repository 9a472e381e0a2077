import CProcess
import Foundation
package import FutureModel
import Synchronization

/// Runs commands, each as a process in a group of its own, with its output captured.
///
/// An attempt has ended when its process has, whoever still holds its pipes; what is left of its
/// group is killed then. ``StopStep/kill`` takes descendants too that have left the group.
package final class CommandPool: Pool {
    package let kind = PoolKind.command
    package let capacity: Int
    private let children: ChildrenLedger
    private let journalIdentity: String
    private let roster = Mutex(Roster<CommandSlot, CommandRun>())

    /// Threads start when they are first needed.
    package init(capacity: Int, children: ChildrenLedger, journalIdentity: String) {
        precondition(capacity > 0, "a pool runs at least one attempt at a time")
        self.capacity = capacity
        self.children = children
        self.journalIdentity = journalIdentity
        cp_keep_child_statuses()
        Descriptors.prepare()
    }

    package func start(_ attempts: [ClaimedAttempt], onEnd: @escaping AttemptEnd) {
        for attempt in attempts { start(attempt) { onEnd(attempt, $0) } }
    }

    private func start(
        _ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let run = CommandRun(attempt, onEnd: onEnd)
        do {
            try roster.withLock { roster throws(SystemFailure) in
                let slot = try idleSlot(&roster)
                roster.begin(attempt.id, run, in: slot)
                slot.put(run)
            }
        } catch {
            let reason = "no thread could be started for it: \(errorText(error.number))"
            onEnd(AttemptReport(.threw(.notStarted(reason))))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard let running = roster.withLock({ $0[attempt] }) else { return }
        running.run.stop(step)
        running.slot.wake()
    }

    package func output(of attempt: AttemptID) -> CapturedOutput? {
        roster.withLock { $0[attempt] }?.run.output
    }

    package func followOutput(
        of attempt: AttemptID, _ onChunk: @escaping @Sendable (OutputChunk?) -> Void
    ) -> Bool {
        guard let running = roster.withLock({ $0[attempt] }),
            running.run.follow(onChunk)
        else { return false }
        running.slot.wake()
        return true
    }

    package func shutdown() async {
        await withCheckedContinuation { continuation in
            let (slots, isWaiting) = roster.withLock { ($0.slots, $0.close(continuation)) }
            for slot in slots { slot.close() }
            if !isWaiting { continuation.resume() }
        }
    }

    private func finish(_ run: CommandRun, _ report: AttemptReport) {
        roster.withLock { $0.end(run.attempt.id, limit: capacity) }?.close()
        run.onEnd(report)
    }

    private func idleSlot(
        _ roster: inout Roster<CommandSlot, CommandRun>
    ) throws(SystemFailure) -> CommandSlot {
        if let slot = try roster.takeIdle() { return slot }
        let slot = try CommandSlot(ledger: children, journalIdentity: journalIdentity)
        let error = NativeThread.start(name: "command_\(roster.slots.count)") {
            slot.run(onEnd: self.finish)
            for waiter in self.roster.withLock({ $0.slotExited() }) { waiter.resume() }
        }
        if error != 0 { throw SystemFailure(error) }
        roster.add(slot)
        return slot
    }
}
