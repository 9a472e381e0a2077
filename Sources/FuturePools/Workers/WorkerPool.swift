import CProcess
import Foundation
package import FutureModel
import Synchronization

/// Runs functions in warm worker processes, one attempt at a time in each.
///
/// A worker that dies takes only its own attempt with it, and is replaced for the next one. An
/// attempt that waits for another future keeps its worker; another one takes its place. A body
/// that does not end on ``StopStep/ask``, which cancels its Swift task, is ended together with its
/// worker by ``StopStep/kill``.
package final class WorkerPool: Pool {
    private struct Running {
        let slot: WorkerSlot
        let run: WorkerRun
    }

    private struct State {
        var slots = Roster<WorkerSlot>()
        var running: [AttemptID: Running] = [:]
    }

    package let kind = PoolKind.process
    package let capacity: Int
    private let settings: WorkerSettings
    private let state = Mutex(State())
    private let owner = Mutex(WeakOwner())

    /// Workers of `program`, which calls ``WorkerProcess/serveIfWorker(_:)``, start when they are
    /// first needed; each is replaced after `maxTasksPerChild` attempts, or never.
    package init(
        capacity: Int, program: WorkerProgram, maxTasksPerChild: Int?, children: ChildrenLedger,
        journalIdentity: String
    ) {
        precondition(capacity > 0, "a pool runs at least one attempt at a time")
        precondition(maxTasksPerChild ?? 1 > 0, "a worker runs at least one attempt")
        self.capacity = capacity
        settings = WorkerSettings(
            program: program, maxTasksPerChild: maxTasksPerChild, ledger: children,
            journalIdentity: journalIdentity)
        cp_keep_child_statuses()
        Descriptors.prepare()
    }

    package func attach(_ owner: any AttemptOwner) {
        self.owner.withLock { $0.value = owner }
    }

    package func start(_ attempts: [ClaimedAttempt], onEnd: @escaping AttemptEnd) {
        for attempt in attempts { start(attempt) { onEnd(attempt, $0) } }
    }

    private func start(
        _ attempt: ClaimedAttempt, onEnd: @escaping @Sendable (AttemptReport) -> Void
    ) {
        let run = WorkerRun(attempt, owner: owner.withLock { $0.value }, onEnd: onEnd)
        do {
            try state.withLock { state throws(SystemFailure) in
                let slot = try idleSlot(&state)
                state.running[attempt.id] = Running(slot: slot, run: run)
                slot.put(run)
            }
        } catch {
            let reason = "no thread could be started for a worker: \(errorText(error.number))"
            onEnd(AttemptReport(.threw(.brokenPool(reason))))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard let running = state.withLock({ $0.running[attempt] }) else { return }
        running.run.stop(step)
        running.slot.wake()
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

    private func finish(_ run: WorkerRun, _ report: AttemptReport) {
        state.withLock { state in
            guard let slot = state.running.removeValue(forKey: run.attempt.id)?.slot else { return }
            // While attempts waited there were more workers than attempts that run at once.
            if state.slots.members.count > capacity, !state.slots.isClosed {
                state.slots.remove { $0 === slot }
                slot.close()
            } else {
                state.slots.putBack(slot)
            }
        }
        run.onEnd(report)
    }

    private func idleSlot(_ state: inout State) throws(SystemFailure) -> WorkerSlot {
        if state.slots.isClosed { throw SystemFailure(ECANCELED) }
        if let slot = state.slots.takeIdle() { return slot }
        let slot = try WorkerSlot(settings)
        let error = NativeThread.start(name: "workers_\(state.slots.members.count)") {
            slot.run(onEnd: self.finish)
            for waiter in self.state.withLock({ $0.slots.memberExited() }) { waiter.resume() }
        }
        if error != 0 { throw SystemFailure(error) }
        state.slots.add(slot)
        return slot
    }
}
