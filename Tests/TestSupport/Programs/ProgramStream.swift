import Foundation
import Synchronization

/// What a program writes to one of its streams, read as it comes by a thread of its own.
final class ProgramStream: Sendable {
    private let state = Mutex(State())

    private struct State {
        var bytes = Data()
        var isOver = false
        var waiters: [Waiter] = []

        /// True once a line of it is as is asked, false once it is over without one.
        func answer(_ isMeant: LineCheck) -> Bool? {
            let text = String(decoding: bytes, as: UTF8.self)
            if text.split(separator: "\n").contains(where: { isMeant(String($0)) }) { return true }
            return isOver ? false : nil
        }
    }

    typealias LineCheck = @Sendable (String) -> Bool

    private struct Waiter {
        let isMeant: LineCheck
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// The stream, and the end to write to, which the caller closes.
    static func pipe() throws -> (ProgramStream, Descriptor) {
        var ends: [Int32] = [0, 0]
        // Sockets, since of those nobody else who starts a program meanwhile gets a copy.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        let stream = ProgramStream()
        let reading = Descriptor(ends[0])
        Thread { stream.read(reading) }.start()
        return (stream, Descriptor(ends[1]))
    }

    private func read(_ source: Descriptor) {
        while true {
            let data = source.read()
            let answered = state.withLock { state in
                state.bytes += data
                state.isOver = data.isEmpty
                let answers = state.waiters.map { ($0, state.answer($0.isMeant)) }
                state.waiters = answers.filter { $0.1 == nil }.map(\.0)
                return answers
            }
            for case (let waiter, let answer?) in answered {
                waiter.continuation.resume(returning: answer)
            }
            if data.isEmpty { return source.close() }
        }
    }

    /// Returns once a line is as is asked; false if it ends without one.
    func has(_ isMeant: @escaping LineCheck) async -> Bool {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Bool? in
                let answer = state.answer(isMeant)
                if answer == nil {
                    state.waiters.append(Waiter(isMeant: isMeant, continuation: continuation))
                }
                return answer
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// All of it, once nobody can write to it any more.
    func whole() async -> Data {
        _ = await has { _ in false }
        return bytes
    }

    var bytes: Data { state.withLock { $0.bytes } }
}
