import Foundation
import FutureModel

/// One attempt between a slot and its worker, from the start of a worker, if there is none, to the
/// frame or the death that ends it.
struct WorkerExchange {
    /// A program that has not said hello by then does not serve as a worker.
    private static let startLimitMs: Int32 = 30_000
    /// For a worker that has hung up, until its end is seen.
    private static let hangUpLimitMs: Int32 = 1000

    private let run: WorkerRun
    private let wakePipe: WakePipe
    private let settings: WorkerSettings
    private let buffer: UnsafeMutableRawBufferPointer
    private let memory = MemoryKills()
    private var outgoing: [UInt8] = []
    private var sentCount = 0
    private var wasKilled = false
    /// The worker that was given the attempt last.
    private(set) var pid: Int32?

    init(
        _ run: WorkerRun, _ wakePipe: WakePipe, _ settings: WorkerSettings,
        _ buffer: UnsafeMutableRawBufferPointer
    ) {
        self.run = run
        self.wakePipe = wakePipe
        self.settings = settings
        self.buffer = buffer
    }

    /// Leaves in `slot` the worker that can take the next attempt, if there is one.
    mutating func perform(with slot: inout Worker?) -> AttemptEnding {
        // A worker that was dying when it was chosen has not begun anything: another takes over.
        converse(&slot, mayStartOver: true) ?? converse(&slot, mayStartOver: false)
            ?? .threw(.brokenPool("the worker processes die before they begin"))
    }

    /// `nil` if the attempt has not begun and may be given to another worker.
    private mutating func converse(
        _ slot: inout Worker?, mayStartOver: Bool
    ) -> AttemptEnding? {
        if run.isStopping { return .gaveUp }
        var worker: Worker
        do throws(WorkerStartFailure) {
            if let warm = slot {
                worker = warm
            } else {
                worker = try startWorker()
            }
        } catch {
            if wasKilled { return .gaveUp }
            if error.isFinal {
                run.owner?.poolBroke(.process, error.reason)
                return .notStarted(error.reason)
            }
            return .threw(.brokenPool("no worker process could be started: \(error.reason)"))
        }
        slot = nil
        if run.isStopping {
            slot = worker
            return .gaveUp
        }
        pid = worker.process.pid
        let sequence = worker.beginAttempt()
        let request = Frame.run(
            run.attempt, journalPath: run.owner?.journalPath ?? "", sequence: sequence)
        outgoing = request.bytes
        sendOutgoing(to: worker)
        var cancelWasSent = false
        var hasAsked = false
        let desk = desk(sequence)
        defer { desk?.close() }
        while true {
            for reply in run.takeReplies() { outgoing += reply.bytes }
            if run.isStopping, !cancelWasSent {
                outgoing += Frame(kind: .cancel, sequence: sequence).bytes
                cancelWasSent = true
            }
            switch step(&worker, timeoutMs: -1) {
            case .frame(let frame) where frame.kind == .ask && frame.sequence == sequence:
                guard let (number, request) = frame.talked(AttemptRequest.self) else {
                    return died(worker, "sent a malformed message and was killed")
                }
                hasAsked = true
                desk?.take(request, number)
            case .frame(let frame):
                guard frame.sequence == sequence, let ending = frame.ending else {
                    return died(worker, "sent a malformed message and was killed")
                }
                slot = worker
                return ending
            case .nothing: continue
            case .ended:
                let hasBegun = hasAsked || (outgoing.isEmpty && !worker.leftUnread)
                if !hasBegun, !cancelWasSent, !wasKilled, mayStartOver {
                    _ = worker.bury()
                    (outgoing, sentCount) = ([], 0)
                    return nil
                }
                return died(worker, nil)
            case .broken(let what): return died(worker, what)
            }
        }
    }

    /// What answers the questions of the attempt, over this exchange.
    private func desk(_ sequence: UInt64) -> AttemptDesk? {
        run.owner.map { owner in
            AttemptDesk(run.attempt.id, owner) { [run, wakePipe] number, answer in
                let tooLarge = AttemptAnswer.refused(
                    QueueError(.payloadTooLarge, "The answer is too large for one message."))
                let frame =
                    Frame.talk(.answer, number, answer, sequence: sequence)
                    ?? Frame.talk(.answer, number, tooLarge, sequence: sequence)
                if let frame { run.reply(frame) }
                wakePipe.wake()
            }
        }
    }

    private enum Event {
        case frame(Frame)
        case nothing
        case ended
        /// It lives, or may, but cannot be talked to; what it did, to follow "the worker process".
        case broken(String)
    }

    private mutating func startWorker() throws(WorkerStartFailure) -> Worker {
        var worker = try Worker(
            settings.program, ledger: settings.ledger, journalIdentity: settings.journalIdentity)
        let deadline = DispatchTime.now() + .milliseconds(Int(Self.startLimitMs))
        while true {
            let left = deadline.uptimeNanoseconds &- DispatchTime.now().uptimeNanoseconds
            let leftMs = Int32(clamping: Int64(bitPattern: left) / 1_000_000)
            if leftMs <= 0 {
                worker.kill()
                _ = worker.bury()
                throw WorkerStartFailure("'\(settings.program.path)' does not serve as a worker")
            }
            switch step(&worker, timeoutMs: leftMs) {
            case .frame(let frame) where frame.kind == .hello: return worker
            case .frame(let frame) where frame.kind == .broken:
                worker.kill()
                _ = worker.bury()
                throw WorkerStartFailure(String(decoding: frame.body, as: UTF8.self), isFinal: true)
            case .nothing: continue
            case .frame, .broken:
                worker.kill()
                fallthrough
            case .ended:
                let status = worker.bury().map { $0.phrase } ?? "ended"
                throw WorkerStartFailure(
                    "'\(settings.program.path)' \(status) before it was ready")
            }
        }
    }

    /// Sends and receives what can be now, or waits until something can be.
    private mutating func step(_ worker: inout Worker, timeoutMs: Int32) -> Event {
        do {
            if let frame = try worker.nextFrame() { return .frame(frame) }
        } catch {
            return .broken("sent a malformed message and was killed")
        }
        if run.isToBeKilled, !wasKilled {
            wasKilled = !worker.process.hasEnded
            worker.kill()
        }
        let writes = sentCount < outgoing.count ? Int16(POLLOUT) : 0
        var items = [
            pollfd(fd: worker.socket, events: Int16(POLLIN) | writes, revents: 0),
            pollfd(fd: worker.process.exitDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        Descriptors.wait(&items, timeoutMs: timeoutMs)
        if items[2].revents != 0 { wakePipe.clear() }
        if items[0].revents & Int16(POLLOUT) != 0 { sendOutgoing(to: worker) }
        var isConnected = true
        if items[0].revents & ~Int16(POLLOUT) != 0 { isConnected = worker.receive(buffer) }
        if isConnected, items[1].revents == 0 { return .nothing }
        return lastWords(&worker)
    }

    private mutating func sendOutgoing(to worker: Worker) {
        sentCount += worker.send(outgoing, from: sentCount)
        if sentCount == outgoing.count { (outgoing, sentCount) = ([], 0) }
    }

    /// What a worker has sent that has died or hung up: its value counts if it came whole.
    private func lastWords(_ worker: inout Worker) -> Event {
        var items = [
            pollfd(fd: worker.process.exitDescriptor, events: Int16(POLLIN), revents: 0)
        ]
        Descriptors.wait(&items, timeoutMs: Self.hangUpLimitMs)
        while worker.receive(buffer), worker.hasMore {}
        if let frame = try? worker.nextFrame() { return .frame(frame) }
        return items[0].revents != 0 ? .ended : .broken("hung up and was killed")
    }

    private func died(_ worker: Worker, _ reason: String?) -> AttemptEnding {
        if reason != nil { worker.kill() }
        let pid = worker.process.pid
        let status = worker.bury()
        let what = reason ?? status?.phrase ?? "ended"
        var failure = TaskFailure(
            type: TaskFailure.workerDied, message: "the worker process (pid \(pid)) \(what)")
        switch status {
        case .code(let code)?: failure.exitCode = code
        case .signal(let signal)?:
            failure.signal = signal
            if signal == SIGKILL, reason == nil, !wasKilled {
                failure.message += memory.remark
            }
        case nil: break
        }
        return .workerDied(failure, signalled: wasKilled)
    }
}
