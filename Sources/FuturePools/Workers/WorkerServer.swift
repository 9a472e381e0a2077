import CProcess
import Foundation
import FutureModel
import Synchronization

/// Hears the owner on one thread and runs bodies on another, so that a body may block.
final class WorkerServer: Sendable {
    private struct Running {
        let sequence: UInt64
        let task: Task<Void, Never>
        let link: WorkerLink
    }

    private let socket: Int32
    private let bodies: [String: TaskBody]
    private let initializer: WorkerInitializer?
    private let thread = PoolThread()
    private let sending = Mutex(())
    private let running = Mutex<Running?>(nil)

    init(socket: Int32, bodies: [TaskBody], initializer: WorkerInitializer?) {
        self.socket = socket
        self.initializer = initializer
        self.bodies = Dictionary(
            bodies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Ends with the process.
    func run() {
        if NativeThread.start(name: "body", initializeAndWork) != 0 { exit(71) }
        var frames = FrameBuffer()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        while true {
            let length = read(socket, buffer.baseAddress, buffer.count)
            if length < 0, errno == EINTR { continue }
            // The owner is gone: nobody is left to whom anything could be said.
            if length <= 0 { _exit(0) }
            frames.append(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
            do {
                while let frame = try frames.next() { obey(frame) }
            } catch {
                _exit(76)
            }
        }
    }

    private func initializeAndWork() {
        do {
            try initializer?()
            send(Frame(kind: .hello, sequence: 0))
        } catch {
            let reason = "the initializer failed: \(error)"
            send(Frame(kind: .broken, sequence: 0, body: Array(reason.utf8.prefix(1 << 16))))
        }
        _ = thread.run()
    }

    private func obey(_ frame: Frame) {
        switch frame.kind {
        case .run: start(frame)
        case .cancel:
            running.withLock { $0?.sequence == frame.sequence ? $0?.task : nil }?.cancel()
        case .stop: exit(0)
        case .answer:
            guard let (number, answer) = frame.talked(AttemptAnswer.self) else { _exit(76) }
            running.withLock { $0?.sequence == frame.sequence ? $0?.link : nil }?
                .take(answer, number)
        case .hello, .returned, .threw, .gaveUp, .ask, .broken: _exit(76)
        }
    }

    private func start(_ frame: Frame) {
        guard let run = frame.run else { _exit(76) }
        let body = bodies[run.task]
        let sequence = frame.sequence
        let link = WorkerLink(sequence: sequence) { self.send($0) }
        let context = AttemptLink(
            attempt: run.attempt, journalPath: run.journalPath, service: link, lender: link)
        running.withLock { running in
            let executor = AttemptTaskExecutor(thread) { _ in }
            let task = Task.detached(executorPreference: executor) {
                let ending = await AttemptLink.$current.withValue(context) {
                    await body?.run(run.arguments) ?? .threw(.unknownTask(run.task))
                }
                self.running.withLock { $0 = nil }
                self.send(.ending(ending, sequence: sequence))
            }
            running = Running(sequence: sequence, task: task, link: link)
        }
    }

    private func send(_ frame: Frame) {
        let bytes = frame.bytes
        sending.withLock { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    cp_send(socket, $0.baseAddress! + sent, $0.count - sent)
                }
                if count < 0, errno == EINTR { continue }
                if count < 0 { _exit(0) }
                sent += count
            }
        }
    }
}
