import CProcess
import Foundation
import FutureModel
import Synchronization

/// Hears the owner on one thread and runs bodies on another, so that a body may block.
final class WorkerServer: Sendable {
    private struct Running {
        let sequence: UInt64
        let task: Task<Void, Never>
    }

    private let socket: Int32
    private let bodies: [String: TaskBody]
    private let executor = ThreadExecutor(index: 0)
    private let running = Mutex<Running?>(nil)

    init(socket: Int32, bodies: [TaskBody]) {
        self.socket = socket
        self.bodies = Dictionary(
            bodies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Ends with the process.
    func run() {
        if NativeThread.start(name: "body", executor.run) != 0 { exit(71) }
        send(Frame(kind: .hello, sequence: 0))
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

    private func obey(_ frame: Frame) {
        switch frame.kind {
        case .run: start(frame)
        case .cancel:
            running.withLock { $0?.sequence == frame.sequence ? $0?.task : nil }?.cancel()
        case .stop: exit(0)
        case .hello, .returned, .threw, .gaveUp: _exit(76)
        }
    }

    private func start(_ frame: Frame) {
        guard let (name, arguments) = frame.taskAndArguments else { _exit(76) }
        let body = bodies[name]
        let sequence = frame.sequence
        running.withLock { running in
            let task = Task.detached(executorPreference: executor) {
                let ending = await body?.run(arguments) ?? .threw(.unknownTask(name))
                self.running.withLock { $0 = nil }
                self.send(.ending(ending, sequence: sequence))
            }
            running = Running(sequence: sequence, task: task)
        }
    }

    /// From one thread at a time: hello comes before the first attempt, and attempts take turns.
    private func send(_ frame: Frame) {
        let bytes = frame.bytes
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
