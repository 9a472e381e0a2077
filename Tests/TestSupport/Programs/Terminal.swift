package import Foundation

/// A terminal that a program writes to, as a person would have it before them.
package enum Terminal {
    /// Runs a program to its end with its three streams on a new terminal: what that was sent.
    package static func output(
        of name: String, _ arguments: [String], environment: [String: String]
    ) async throws -> Data {
        let master = Descriptor(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))
        var (lock, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN: the C library's names for them cannot be reached from here.
        guard master.descriptor >= 0, ioctl(master.descriptor, 0x4004_5431, &lock) == 0,
            ioctl(master.descriptor, 0x8004_5430, &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let slave = Descriptor(open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC))
        guard slave.descriptor >= 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        var all = ProcessInfo.processInfo.environment
        all.merge(environment) { $1 }
        let pid = try spawn(
            [Program.buildDirectory.appending(path: name).path] + arguments,
            environment: all.map { "\($0)=\($1)" },
            descriptors: Array(repeating: slave.descriptor, count: 3))
        slave.close()
        return await withCheckedContinuation { continuation in
            Thread {
                var bytes = Data()
                // Its end is an error: nobody has the other side open any more.
                while case let more = master.read(), !more.isEmpty { bytes += more }
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
                continuation.resume(returning: bytes)
            }.start()
        }
    }
}
