import CProcess
import Foundation
import FutureModel
import Synchronization

/// A worker process as its owner sees it; used by one slot's thread only.
struct Worker {
    private static let nextNumber = Atomic<UInt64>(1)

    let process: ChildProcess
    let socket: Int32
    private let mark: String
    private var incoming = FrameBuffer()
    private(set) var attemptCount: UInt64 = 0
    /// It died with something in its socket that it had not read.
    private(set) var leftUnread = false

    /// Starts one; it is usable once it has said hello.
    init(
        _ program: WorkerProgram, ledger: ChildrenLedger, journalIdentity: String
    ) throws(WorkerStartFailure) {
        var ends: [Int32] = [-1, -1]
        guard cp_socket_pair(&ends) == 0 else {
            throw WorkerStartFailure("no socket could be made: \(errorText(errno))")
        }
        defer { close(ends[1]) }
        let number = Self.nextNumber.add(1, ordering: .relaxed).oldValue
        mark = Mark.worker(journalIdentity, number)
        let environment = EnvironmentBlock(changes: [
            WorkerProcess.variable: "3", Mark.variable: mark,
        ])
        // What it prints goes to our stderr: stdout is ours, and frames have their own socket.
        let printed = fcntl(2, F_GETFD) < 0 ? Descriptors.null : 2
        let request = ChildProcess.Request(
            path: program.path, arguments: program.arguments, environment: environment,
            input: Descriptors.null, output: printed, error: printed, extra: ends[1])
        do {
            process = try ChildProcess.start(request, ledger: ledger)
        } catch {
            close(ends[0])
            throw WorkerStartFailure("'\(program.path)': \(errorText(error.error))")
        }
        socket = ends[0]
        _ = cp_set_nonblocking(socket)
    }

    /// The sequence number of a new attempt.
    mutating func beginAttempt() -> UInt64 {
        attemptCount += 1
        return attemptCount
    }

    /// Reads once what has come; false once no more can come.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let length = read(socket, buffer.baseAddress, buffer.count)
        if length < 0 {
            if errno == ECONNRESET { leftUnread = true }
            return errno == EAGAIN || errno == EINTR
        }
        incoming.append(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
        return length > 0
    }

    /// Whether something waits to be read.
    var hasMore: Bool {
        var items = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
        Descriptors.wait(&items, timeoutMs: 0)
        return items[0].revents & Int16(POLLIN) != 0
    }

    mutating func nextFrame() throws(FrameBuffer.Malformed) -> Frame? { try incoming.next() }

    /// Sends what the socket takes of `bytes` from `start` on; how much that was.
    func send(_ bytes: [UInt8], from start: Int) -> Int {
        let count = bytes.withUnsafeBytes {
            cp_send(socket, $0.baseAddress! + start, $0.count - start)
        }
        // That it is gone is seen by its exit, with the reason.
        return max(count, 0)
    }

    /// Kills it with all its descendants, and waits until they are gone; it is still to be buried.
    func kill() {
        var family = ProcessFamily(
            recorded: [process.identity], mark: Array("\(Mark.variable)=\(mark)".utf8) + [0],
            notBefore: process.identity.start_time)
        _ = ProcessSweep.killAll { family.members($0) }
    }

    /// Gives up all that it used, and what it has left behind; it has ended.
    func bury() -> ExitStatus? {
        kill()
        process.signalGroup(SIGKILL)
        let status = process.reap()
        ProcessSweep.waitForGroup(process.pid)
        close(socket)
        return status
    }

    /// Lets it exit by itself, flushing what it has printed; kills it if that takes too long.
    func retire() {
        _ = send(Frame(kind: .stop, sequence: 0).bytes, from: 0)
        var items = [pollfd(fd: process.exitDescriptor, events: Int16(POLLIN), revents: 0)]
        Descriptors.wait(&items, timeoutMs: 2000)
        _ = bury()
    }
}

/// Why there is no worker, to be read after "no worker process could be started: ".
struct WorkerStartFailure: Error {
    let reason: String
    /// Whether no other will start either.
    let isFinal: Bool

    init(_ reason: String, isFinal: Bool = false) {
        self.reason = reason
        self.isFinal = isFinal
    }
}
