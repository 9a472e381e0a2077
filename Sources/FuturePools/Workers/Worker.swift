import CProcess
import Foundation
import FutureModel
import Synchronization

/// A worker process as its owner sees it; used by one thread at a time: by the pool's reader while
/// it can take attempts, by its slot's thread before and after.
struct Worker: Sendable {
    private static let nextNumber = Atomic<UInt64>(1)

    let process: ChildProcess
    let line: WorkerLine
    private let mark: String
    private var incoming = FrameBuffer()
    /// It died with something in its socket that it had not read.
    private(set) var leftUnread = false

    /// Starts one; it is usable once it has said hello.
    init(
        _ program: WorkerProgram, ledger: ChildrenLedger, journalIdentity: String
    ) throws(WorkerStartFailure) {
        var (attempts, control): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard cp_socket_pair(&attempts) == 0 else {
            throw WorkerStartFailure("no socket could be made: \(errorText(errno))")
        }
        defer { close(attempts[1]) }
        guard cp_socket_pair(&control) == 0 else {
            let error = errno
            close(attempts[0])
            throw WorkerStartFailure("no socket could be made: \(errorText(error))")
        }
        defer { close(control[1]) }
        let number = Self.nextNumber.add(1, ordering: .relaxed).oldValue
        mark = Mark.worker(journalIdentity, number)
        let environment = EnvironmentBlock(changes: [
            WorkerProcess.variable: "3", Mark.variable: mark,
        ])
        // What it prints goes to our stderr: stdout is ours, and frames have their own sockets.
        let printed = fcntl(2, F_GETFD) < 0 ? Descriptors.null : 2
        let request = ChildProcess.Request(
            path: program.path, arguments: program.arguments, environment: environment,
            input: Descriptors.null, output: printed, error: printed,
            extras: (attempts[1], control[1]))
        do {
            process = try ChildProcess.start(request, ledger: ledger)
        } catch {
            close(attempts[0])
            close(control[0])
            throw WorkerStartFailure("'\(program.path)': \(errorText(error.error))")
        }
        line = WorkerLine(
            pid: process.pid, attempts: Outbox(attempts[0]), control: Outbox(control[0]))
    }

    /// Reads once what has come; false once no more can come.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let length = read(line.attempts.socket, buffer.baseAddress, buffer.count)
        if length < 0 {
            if errno == ECONNRESET { leftUnread = true }
            return errno == EAGAIN || errno == EINTR
        }
        incoming.append(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
        return length > 0
    }

    /// Whether something waits to be read.
    var hasMore: Bool {
        var items = [pollfd(fd: line.attempts.socket, events: Int16(POLLIN), revents: 0)]
        Descriptors.wait(&items, timeoutMs: 0)
        return items[0].revents & Int16(POLLIN) != 0
    }

    mutating func nextFrame() throws(FrameBuffer.Malformed) -> Frame? { try incoming.next() }

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
        line.close()
        return status
    }

    /// Lets it exit by itself, flushing what it has printed; kills it if that takes too long.
    func retire() {
        line.control.append(Frame(kind: .stop, sequence: 0))
        _ = line.control.flush()
        _ = waitForExit(limitMs: 2000)
        _ = bury()
    }

    /// Whether it ended within `limitMs`.
    func waitForExit(limitMs: Int32) -> Bool {
        var items = [pollfd(fd: process.exitDescriptor, events: Int16(POLLIN), revents: 0)]
        Descriptors.wait(&items, timeoutMs: limitMs)
        return items[0].revents != 0
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
