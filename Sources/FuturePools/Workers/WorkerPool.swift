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
    private struct State {
        var roster = Roster<WorkerSlot, WorkerRun>()
        /// From the first slot on.
        var reader: WorkerReader?
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
        let owner = owner.withLock { $0.value }
        let runs = attempts.map { WorkerRun($0, owner: owner, onEnd: onEnd) }
        var placed: [(slot: WorkerSlot, run: WorkerRun)] = []
        var failed: [(run: WorkerRun, error: Int32)] = []
        state.withLock { state in
            for run in runs {
                do throws(SystemFailure) {
                    let slot = try idleSlot(&state)
                    state.roster.begin(run.attempt.id, run, in: slot)
                    placed.append((slot, run))
                } catch {
                    failed.append((run, error.number))
                }
            }
        }
        for (slot, run) in placed { slot.put(run) }
        for (run, error) in failed {
            let reason = "no thread could be started for a worker: \(errorText(error))"
            onEnd(run.attempt, AttemptReport(.threw(.brokenPool(reason))))
        }
    }

    package func stop(_ attempt: AttemptID, _ step: StopStep) {
        guard let running = state.withLock({ $0.roster[attempt] }) else { return }
        running.run.stop(step)
        running.slot.stopped(running.run)
    }

    package func shutdown() async {
        await withCheckedContinuation { continuation in
            let (slots, isWaiting, reader) = state.withLock { state in
                (state.roster.slots, state.roster.close(continuation), state.reader)
            }
            for slot in slots { slot.close() }
            if isWaiting { return }
            if let reader {
                reader.close { continuation.resume() }
            } else {
                continuation.resume()
            }
        }
    }

    private func finish(_ ended: [WorkerReader.Ended]) {
        let surplus = state.withLock { state in
            ended.compactMap { state.roster.end($0.run.attempt.id, limit: capacity) }
        }
        for slot in surplus { slot.close() }
        for (run, report) in ended { run.onEnd(run.attempt, report) }
    }

    private func idleSlot(_ state: inout State) throws(SystemFailure) -> WorkerSlot {
        if let slot = try state.roster.takeIdle() { return slot }
        let reader = try reader(&state)
        let slot = try WorkerSlot(settings, reader)
        let error = NativeThread.start(name: "workers_\(state.roster.slots.count)") {
            slot.run { self.finish([($0, $1)]) }
            let waiters = self.state.withLock { $0.roster.slotExited() }
            if !waiters.isEmpty { reader.close { for waiter in waiters { waiter.resume() } } }
        }
        if error != 0 { throw SystemFailure(error) }
        state.roster.add(slot)
        return slot
    }

    private func reader(_ state: inout State) throws(SystemFailure) -> WorkerReader {
        if let reader = state.reader { return reader }
        let reader = try WorkerReader()
        let error = NativeThread.start(name: "workers") { reader.run(onEnd: self.finish) }
        if error != 0 { throw SystemFailure(error) }
        state.reader = reader
        return reader
    }
}
