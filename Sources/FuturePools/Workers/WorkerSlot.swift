import CProcess
import Foundation
import FutureModel
import Synchronization

/// One thread with a worker process of its own, which it starts when it is needed and replaces when
/// it has died. It lives as long as its pool: a child dies with the thread that started it.
final class WorkerSlot: Sendable {
    private struct Inbox {
        var run: WorkerRun?
        var isClosed = false
    }

    private let inbox = Mutex(Inbox())
    private let wakePipe: WakePipe
    private let settings: WorkerSettings

    init(_ settings: WorkerSettings) throws(SystemFailure) {
        wakePipe = try WakePipe()
        self.settings = settings
    }

    deinit { wakePipe.close() }

    func put(_ run: WorkerRun) {
        inbox.withLock { $0.run = run }
        wake()
    }

    func wake() { wakePipe.wake() }

    func close() {
        inbox.withLock { $0.isClosed = true }
        wake()
    }

    /// Runs what it is given until ``close()``; called by the thread itself.
    func run(onEnd: (WorkerRun, AttemptReport) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var worker: Worker?
        while true {
            waitForWork(&worker)
            let (run, isClosed) = inbox.withLock { inbox in
                defer { inbox.run = nil }
                return (inbox.run, inbox.isClosed)
            }
            if let run {
                var exchange = WorkerExchange(run, wakePipe, settings, buffer)
                let ending = exchange.perform(with: &worker)
                onEnd(run, AttemptReport(ending, pid: exchange.pid))
                if let used = worker, settings.isUsedUp(used) {
                    used.retire()
                    worker = nil
                }
            } else if isClosed {
                worker?.retire()
                return
            }
        }
    }

    /// Sleeps until there may be something to do; an idle worker that dies is buried.
    private func waitForWork(_ worker: inout Worker?) {
        var items = [wakePipe.readEnd, worker?.process.exitDescriptor ?? -1].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        Descriptors.wait(&items)
        if items[0].revents != 0 { wakePipe.clear() }
        if items[1].revents != 0 {
            _ = worker?.bury()
            worker = nil
        }
    }
}

/// What all workers of a pool have in common.
struct WorkerSettings: Sendable {
    let program: WorkerProgram
    let maxTasksPerChild: Int?
    let ledger: ChildrenLedger
    let journalIdentity: String

    func isUsedUp(_ worker: Worker) -> Bool {
        maxTasksPerChild.map { worker.attemptCount >= UInt64($0) } ?? false
    }
}
