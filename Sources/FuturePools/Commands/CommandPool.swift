import CProcess
import Foundation
package import FutureModel
import Synchronization

/// Runs commands, each as a process in a group of its own, with its output captured.
///
/// An attempt has ended when its process has, whoever still holds its pipes; what is left of its
/// group is killed then. ``StopStep/kill`` takes descendants too that have left the group.
package final class CommandPool: Pool {
    private struct Running {
        let slot: CommandSlot
        let run: CommandRun
    }

    private struct State {
        var slots = Roster<CommandSlot>()
        var running: [AttemptID: Running] = [:]
        /// Who follows what is about to start.
        var followers: [AttemptID: [OutputFollower]] = [:]
    }

    package let kind = PoolKind.command
    package let capacity: Int
    private let children: ChildrenLedger
    private let journalIdentity: String
    private let state = Mutex(State())

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
            try state.withLock { state throws(SystemFailure) in
                let followers = state.followers.removeValue(forKey: attempt.id) ?? []
                let slot = try idleSlot(&state)
                for follower in followers {
                    follower.onRoom(slot.wake)
                    _ = run.follow(follower)
                }
                state.running[attempt.id] = Running(slot: slot, run: run)
                slot.put(run)
            }
        } catch {
            let reason = "no thread could be started for it: \(errorText(error.number))"
            onEnd(AttemptReport(.threw(.notStarted(reason))))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard let running = state.withLock({ $0.running[attempt] }) else { return }
        running.run.stop(step)
        running.slot.wake()
    }

    package func output(of attempt: AttemptID) -> CapturedOutput? {
        state.withLock { $0.running[attempt] }?.run.output
    }

    package func followOutput(of attempt: AttemptID, _ follower: OutputFollower) -> Bool {
        guard let running = state.withLock({ $0.running[attempt] }), running.run.follow(follower)
        else { return false }
        follower.onRoom(running.slot.wake)
        running.slot.wake()
        return true
    }

    package func willStart(_ attempt: AttemptID, followedBy followers: [OutputFollower]) {
        state.withLock { $0.followers[attempt] = followers }
    }

    package func shutdown() async {
        await withCheckedContinuation { continuation in
            let (slots, isWaiting) = state.withLock { state in
                (state.slots.members, state.slots.close(continuation))
            }
            for slot in slots { slot.close() }
            if !isWaiting { continuation.resume() }
        }
    }

    private func finish(_ run: CommandRun, _ report: AttemptReport) {
        state.withLock { state in
            if let ended = state.running.removeValue(forKey: run.attempt.id) {
                state.slots.putBack(ended.slot)
            }
        }
        run.onEnd(report)
    }

    private func idleSlot(_ state: inout State) throws(SystemFailure) -> CommandSlot {
        if state.slots.isClosed { throw SystemFailure(ECANCELED) }
        if let slot = state.slots.takeIdle() { return slot }
        let slot = try CommandSlot(ledger: children, journalIdentity: journalIdentity)
        let error = NativeThread.start(name: "command_\(state.slots.members.count)") {
            slot.run(onEnd: self.finish)
            for waiter in self.state.withLock({ $0.slots.memberExited() }) { waiter.resume() }
        }
        if error != 0 { throw SystemFailure(error) }
        state.slots.add(slot)
        return slot
    }
}
