import Foundation
import FutureModel

/// The start of a worker process, up to its hello.
struct WorkerStart {
    /// A program that has said nothing by then does not serve as a worker.
    static let limit = Duration.seconds(30)

    let run: WorkerRun
    let wakePipe: WakePipe
    let settings: WorkerSettings
    let buffer: UnsafeMutableRawBufferPointer
    var time: any TimeSource = SystemTime()

    private enum Event {
        case frame(Frame)
        case nothing
        case late
        case ended
        case broken
    }

    /// Waits for it; a kill of the attempt for which it is started ends the wait.
    func perform() throws(WorkerStartFailure) -> Worker {
        var worker = try Worker(
            settings.program, ledger: settings.ledger, journalIdentity: settings.journalIdentity)
        var deadline: Duration? = time.elapsed + Self.limit
        while true {
            switch step(&worker, until: deadline) {
            // It serves: its initializer may take as long as it needs.
            case .frame(let frame) where frame.kind == .starting: deadline = nil
            case .frame(let frame) where frame.kind == .hello: return worker
            case .frame(let frame) where frame.kind == .broken:
                _ = worker.bury()
                throw WorkerStartFailure(String(decoding: frame.body, as: UTF8.self), isFinal: true)
            case .nothing: continue
            case .late:
                _ = worker.bury()
                throw WorkerStartFailure(
                    "'\(settings.program.path)' does not serve as a worker: in "
                        + "\(Self.limit.components.seconds) s it has made no executor")
            case .frame, .broken, .ended:
                let status = worker.bury().map { $0.phrase } ?? "ended"
                throw WorkerStartFailure(
                    "'\(settings.program.path)' \(status) before it was ready")
            }
        }
    }

    private func step(_ worker: inout Worker, until deadline: Duration?) -> Event {
        do {
            if let frame = try worker.nextFrame() { return .frame(frame) }
        } catch {
            return .broken
        }
        if run.isToBeKilled { worker.kill() }
        var items = [worker.line.attempts.socket, worker.process.exitDescriptor, wakePipe.readEnd]
            .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let left = deadline.map { max(.zero, $0 - time.elapsed) }
        // Rounded up, so that what is waited for is over then.
        let leftMs = left.map { Int32(clamping: ($0 + .microseconds(999)).milliseconds) }
        Descriptors.wait(&items, timeoutMs: leftMs ?? -1)
        if left == .zero, items.allSatisfy({ $0.revents == 0 }) { return .late }
        if items[2].revents != 0 { wakePipe.clear() }
        var isConnected = true
        if items[0].revents != 0 { isConnected = worker.receive(buffer) }
        if isConnected, items[1].revents == 0 { return .nothing }
        return lastWords(&worker)
    }

    private func lastWords(_ worker: inout Worker) -> Event {
        let hasEnded = worker.hearLastWords(buffer)
        if let frame = try? worker.nextFrame() { return .frame(frame) }
        return hasEnded ? .ended : .broken
    }
}
