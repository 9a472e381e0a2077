import CProcess
import Foundation
import FutureModel

/// The inside of a worker process.
package enum WorkerProcess {
    /// Names the descriptor on which a worker hears of attempts; the next one is for all else that
    /// its owner says.
    static let variable = "DURABLE_FUTURES_WORKER"

    /// Descriptors 3 and 4 of a process that was started as a worker. Read once, then taken out of
    /// the environment: what a body starts is no worker, even of the same program.
    private static let sockets: (attempts: Int32, control: Int32)? = {
        guard let text = getenv(variable), let number = Int32(String(cString: text)) else {
            return nil
        }
        unsetenv(variable)
        for socket in [number, number + 1] {
            var status = stat()
            guard fstat(socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
                return nil
            }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        }
        return (number, number + 1)
    }()

    /// Whether this process was started as a worker by an owner.
    package static var isWorker: Bool { sockets != nil }

    /// In a process that was started as a worker, runs attempts with `bodies` until the owner is
    /// gone or says stop, and exits; never returns. In any other process returns at once.
    ///
    /// - Parameter initializer: What it does before its first attempt; if it throws, the owner's
    ///   pool is broken.
    package static func serveIfWorker(
        _ bodies: [TaskBody], initializer: WorkerInitializer? = nil
    ) async {
        guard let sockets else { return }
        CrashSignals.leaveToKernel()
        cp_prepare_worker()
        let server = WorkerServer(
            attempts: sockets.attempts, control: sockets.control, bodies: bodies,
            initializer: initializer)
        if NativeThread.start(name: "worker", server.run) != 0 { exit(71) }
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in
            // Never resumed: the server's thread ends the process.
        }
    }
}
