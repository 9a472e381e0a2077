import Foundation
import FutureModel
import Synchronization

/// One place for a worker process, with a thread that starts the worker when it is needed and
/// buries it when it has died. The thread lives as long as its pool: a child dies with the thread
/// that started it.
final class WorkerSlot: Sendable {
    private let state: Mutex<SlotState>
    private let wakePipe: WakePipe
    private let settings: WorkerSettings
    private let reader: WorkerReader

    init(_ settings: WorkerSettings, _ reader: WorkerReader) throws(SystemFailure) {
        wakePipe = try WakePipe()
        state = Mutex(
            SlotState(attemptLimit: settings.maxTasksPerChild.map { UInt64($0) } ?? .max))
        self.settings = settings
        self.reader = reader
    }

    deinit { wakePipe.close() }

    /// Begins an attempt; the slot has no other.
    func put(_ run: WorkerRun) { put(run, mayMove: true) }

    /// An attempt has been told to stop.
    func stopped(_ run: WorkerRun) {
        if let line = state.withLock({ $0.stopped(run) }) { flush(line) }
        guard run.isToBeKilled else { return }
        reader.wake()
        wakePipe.wake()
    }

    func close() {
        state.withLock { $0.close() }
        reader.wake()
        wakePipe.wake()
    }

    private func put(_ run: WorkerRun, mayMove: Bool) {
        if let line = state.withLock({ $0.put(run, mayMove: mayMove) }) {
            flush(line)
        } else {
            wakePipe.wake()
        }
    }

    private func flush(_ line: WorkerLine) {
        if line.flush() { reader.wake() }
    }

    // MARK: The reader

    /// What a frame of the worker means for its attempt.
    func hear(_ frame: Frame) -> WorkerTurn.Heard {
        state.withLock { $0.hear(frame, onMore: reader.wake) }
    }

    /// Takes back the worker if it is to be killed, or has done what it was there for.
    func takeBackIfWanted(_ worker: Worker) -> Bool {
        let isTaken = state.withLock { $0.release(worker) }
        if isTaken { wakePipe.wake() }
        return isTaken
    }

    /// Takes back a worker that can be heard no longer.
    func takeBack(_ worker: Worker, _ fault: WorkerFault) {
        state.withLock { $0.release(worker, fault) }
        wakePipe.wake()
    }

    // MARK: The thread

    /// Does what takes time, until ``close()``; called by the thread itself.
    func run(onEnd: (WorkerRun, AttemptReport) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            switch state.withLock({ $0.nextErrand() }) {
            case .begin(let run, let mayMove)?:
                if let report = begin(run, mayMove: mayMove, buffer) { onEnd(run, report) }
            case .bury(var worker, let turn?, let fault)?:
                if let report = worker.bury(turn, fault, buffer) {
                    onEnd(turn.run, report)
                } else {
                    put(turn.run, mayMove: false)
                }
            case .bury(let worker, nil, _)?: _ = worker.bury()
            case .retire(let worker)?: worker.retire()
            case .leave?: return
            case nil:
                var items = [pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0)]
                Descriptors.wait(&items)
                wakePipe.clear()
            }
        }
    }

    /// Starts a worker and gives it `run`; how that ended, if it could not be given.
    private func begin(
        _ run: WorkerRun, mayMove: Bool, _ buffer: UnsafeMutableRawBufferPointer
    ) -> AttemptReport? {
        if run.isStopping { return AttemptReport(.gaveUp) }
        let start = WorkerStart(run: run, wakePipe: wakePipe, settings: settings, buffer: buffer)
        do throws(WorkerStartFailure) {
            let worker = try start.perform()
            state.withLock { $0.becameWarm(worker.line) }
            put(run, mayMove: mayMove)
            reader.add(WorkerPost(worker: worker, slot: self))
            return nil
        } catch {
            if run.isToBeKilled { return AttemptReport(.gaveUp) }
            if error.isFinal {
                run.owner?.poolBroke(.process, error.reason)
                return AttemptReport(.notStarted(error.reason))
            }
            let reason = "no worker process could be started: \(error.reason)"
            return AttemptReport(.threw(.brokenPool(reason)))
        }
    }
}

/// What all workers of a pool have in common.
struct WorkerSettings: Sendable {
    let program: WorkerProgram
    let maxTasksPerChild: Int?
    let ledger: ChildrenLedger
    let journalIdentity: String
    let time: any TimeSource
}
