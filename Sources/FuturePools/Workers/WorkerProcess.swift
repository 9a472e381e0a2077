import CProcess
import Foundation
import FutureModel

/// The inside of a worker process.
package enum WorkerProcess {
    /// Names the descriptor on which a worker hears its owner.
    static let variable = "DURABLE_FUTURES_WORKER"

    /// Descriptor 3 of a process that was started as a worker. Read once, then taken out of the
    /// environment: what a body starts is no worker, even of the same program.
    private static let socket: Int32? = {
        guard let text = getenv(variable), let number = Int32(String(cString: text)) else {
            return nil
        }
        unsetenv(variable)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return number
    }()

    /// Whether this process was started as a worker by an owner.
    package static var isWorker: Bool { socket != nil }

    /// In a process that was started as a worker, runs attempts with `bodies` until the owner is
    /// gone or says stop, and exits; never returns. In any other process returns at once.
    ///
    /// - Parameter initializer: What it does before its first attempt; if it throws, the owner's
    ///   pool is broken.
    package static func serveIfWorker(
        _ bodies: [TaskBody], initializer: WorkerInitializer? = nil
    ) async {
        guard let socket else { return }
        CrashSignals.leaveToKernel()
        cp_prepare_worker()
        let server = WorkerServer(socket: socket, bodies: bodies, initializer: initializer)
        if NativeThread.start(name: "worker", server.run) != 0 { exit(71) }
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in
            // Never resumed: the server's thread ends the process.
        }
    }
}
