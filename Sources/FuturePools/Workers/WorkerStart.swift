import Foundation

/// The start of a worker process, up to its hello.
struct WorkerStart {
    /// A program that has not said hello by then does not serve as a worker.
    private static let limitMs = 30_000

    let run: WorkerRun
    let wakePipe: WakePipe
    let settings: WorkerSettings
    let buffer: UnsafeMutableRawBufferPointer

    private enum Event {
        case frame(Frame)
        case nothing
        case ended
        case broken
    }

    /// Waits for it; a kill of the attempt for which it is started ends the wait.
    func perform() throws(WorkerStartFailure) -> Worker {
        var worker = try Worker(
            settings.program, ledger: settings.ledger, journalIdentity: settings.journalIdentity)
        let deadline = DispatchTime.now() + .milliseconds(Self.limitMs)
        while true {
            let left = deadline.uptimeNanoseconds &- DispatchTime.now().uptimeNanoseconds
            let leftMs = Int32(clamping: Int64(bitPattern: left) / 1_000_000)
            if leftMs <= 0 {
                _ = worker.bury()
                throw WorkerStartFailure("'\(settings.program.path)' does not serve as a worker")
            }
            switch step(&worker, timeoutMs: leftMs) {
            case .frame(let frame) where frame.kind == .hello: return worker
            case .frame(let frame) where frame.kind == .broken:
                _ = worker.bury()
                throw WorkerStartFailure(String(decoding: frame.body, as: UTF8.self), isFinal: true)
            case .nothing: continue
            case .frame, .broken, .ended:
                let status = worker.bury().map { $0.phrase } ?? "ended"
                throw WorkerStartFailure(
                    "'\(settings.program.path)' \(status) before it was ready")
            }
        }
    }

    private func step(_ worker: inout Worker, timeoutMs: Int32) -> Event {
        do {
            if let frame = try worker.nextFrame() { return .frame(frame) }
        } catch {
            return .broken
        }
        if run.isToBeKilled { worker.kill() }
        var items = [worker.line.attempts.socket, worker.process.exitDescriptor, wakePipe.readEnd]
            .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        Descriptors.wait(&items, timeoutMs: timeoutMs)
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
