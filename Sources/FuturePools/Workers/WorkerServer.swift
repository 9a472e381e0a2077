import CProcess
import Foundation
import FutureModel
import Synchronization

/// Takes attempts and runs their bodies on one thread, and hears on another what the owner says
/// meanwhile, so that a body may block.
final class WorkerServer: Sendable {
    private struct Running {
        let sequence: UInt64
        let task: Task<Void, Never>
        let link: WorkerLink
    }

    private struct State {
        var running: Running?
        /// The last attempt that was cancelled: the word of that may come before the attempt.
        var cancelled: UInt64 = 0
    }

    private let attempts: Int32
    private let control: Int32
    private let bodies: [String: TaskBody]
    private let initializer: WorkerInitializer?
    private let thread = PoolThread()
    private let sending = Mutex(())
    private let state = Mutex(State())

    init(
        attempts: Int32, control: Int32, bodies: [TaskBody], initializer: WorkerInitializer?
    ) {
        self.attempts = attempts
        self.control = control
        self.initializer = initializer
        self.bodies = Dictionary(
            bodies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Ends with the process.
    func run() {
        if NativeThread.start(name: "body", initializeAndWork) != 0 { exit(71) }
        hear(control, obey)
    }

    private func initializeAndWork() {
        do {
            if let initializer {
                send(Frame(kind: .starting, sequence: 0))
                try initializer()
            }
            send(Frame(kind: .hello, sequence: 0))
        } catch {
            let reason = "the initializer failed: \(error)"
            send(Frame(kind: .broken, sequence: 0, body: Array(reason.utf8.prefix(1 << 16))))
        }
        hear(attempts, perform)
    }

    private func hear(_ socket: Int32, _ take: (Frame) -> Void) {
        var frames = FrameBuffer()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        while true {
            let length = read(socket, buffer.baseAddress, buffer.count)
            if length < 0, errno == EINTR { continue }
            // The owner is gone: nobody is left to whom anything could be said.
            if length <= 0 { _exit(0) }
            frames.append(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
            do {
                while let frame = try frames.next() { take(frame) }
            } catch {
                _exit(76)
            }
        }
    }

    private func obey(_ frame: Frame) {
        switch frame.kind {
        case .cancel:
            let task = state.withLock { state in
                state.cancelled = frame.sequence
                return state.running?.sequence == frame.sequence ? state.running?.task : nil
            }
            task?.cancel()
        case .stop: exit(0)
        case .answer:
            guard let number = frame.number, let answer = frame.content(AttemptAnswer.self) else {
                _exit(76)
            }
            let link = state.withLock { state in
                state.running?.sequence == frame.sequence ? state.running?.link : nil
            }
            link?.take(answer, number)
        case .run, .hello, .returned, .threw, .gaveUp, .ask, .broken, .starting: _exit(76)
        }
    }

    /// Runs a body to its end, on this thread.
    private func perform(_ frame: Frame) {
        guard let run = frame.run else { _exit(76) }
        let body = bodies[run.task]
        let sequence = frame.sequence
        let link = WorkerLink(sequence: sequence) { self.send($0) }
        let context = AttemptLink(
            attempt: run.attempt, journalPath: run.journalPath, service: link, lender: link)
        let executor = AttemptTaskExecutor(thread) { _ in }
        let task = Task.detached(executorPreference: executor) {
            let ending = await AttemptLink.$current.withValue(context) {
                await body?.run(run.arguments) ?? .threw(.unknownTask(run.task))
            }
            self.state.withLock { $0.running = nil }
            link.close()
            self.send(.ending(ending, sequence: sequence))
            executor.end()?.release(next: nil)
        }
        let isCancelled = state.withLock { state in
            state.running = Running(sequence: sequence, task: task, link: link)
            return state.cancelled == sequence
        }
        if isCancelled { task.cancel() }
        _ = thread.run()
    }

    private func send(_ frame: Frame) {
        let bytes = frame.bytes
        sending.withLock { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    cp_send(attempts, $0.baseAddress! + sent, $0.count - sent)
                }
                if count < 0, errno == EINTR { continue }
                if count < 0 { _exit(0) }
                sent += count
            }
        }
    }
}
