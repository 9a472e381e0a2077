import DurableFutures
import Foundation
import FutureDaemon

/// A daemon as a user would write it, with functions that leave traces outside of the journal.
struct LoadDaemon: TaskDaemon {
    static let role = "CRASH_ROLE"
    /// The directory of the traces, in the environment of the daemon and of its commands.
    static let traces = "CRASH_TRACES"

    static let tasks: [any TaskRegistration] = [onThread, inProcess]

    private static let onThread = TaskDefinition("on_thread") {
        (serial: Int, milliseconds: Int, mode: String) throws -> Int in
        try Trace(serial, "t").run(milliseconds, mode)
    }

    private static let inProcess = TaskDefinition("in_process", pool: .process) {
        (serial: Int, milliseconds: Int, mode: String) throws -> Int in
        try Trace(serial, "p").run(milliseconds, mode)
    }

    /// What a command does: the same as ``Trace/run(_:_:)``, and processes that outlive their
    /// parents. What a command that succeeded has left running may meet its repeat, which is
    /// another future. Arguments: the serial number, milliseconds, the mode.
    static let script = """
        exec 9>>"$CRASH_TRACES/locks/$1.$QUEUECTL_FUTURE"
        flock -n 9 || echo "o $1" >>"$CRASH_TRACES/runs"
        echo "b $1 c" >>"$CRASH_TRACES/runs"
        [ "$3" = tree ] && { sleep 4 & setsid sleep 4 & (setsid sh -c 'sleep 4 & sleep 4' &); }
        sleep "$(printf 0.%03d "$2")"
        [ "$3" = fail ] && exit 3
        [ "$3" = die ] && kill -9 $$
        echo "e $1" >>"$CRASH_TRACES/runs"
        """
}

/// The marks that an attempt leaves: `b` where it begins, with the letter of its pool, `e` where
/// it ends, `o` where another one of the same future is still alive, which holds the lock.
private struct Trace {
    struct Refusal: Error {}

    private let serial: Int
    private let pool: String
    private let directory = ProcessInfo.processInfo.environment[LoadDaemon.traces] ?? "/tmp"

    init(_ serial: Int, _ pool: String) {
        self.serial = serial
        self.pool = pool
    }

    func run(_ milliseconds: Int, _ mode: String) throws -> Int {
        let lock = open("\(directory)/locks/\(serial)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            // A process that is just being made has a copy of the descriptor until it is exec'd.
            flock(lock, LOCK_UN)
            close(lock)
        }
        if flock(lock, LOCK_EX | LOCK_NB) != 0 { mark("o") }
        mark("b")
        usleep(UInt32(milliseconds) * 1000)
        if mode == "fail" { throw Refusal() }
        if mode == "die" { kill(getpid(), SIGKILL) }
        mark("e")
        return serial
    }

    private func mark(_ letter: String) {
        let line = Array("\(letter) \(serial) \(pool)\n".utf8)
        let file = open("\(directory)/runs", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        _ = write(file, line, line.count)
        close(file)
    }
}
