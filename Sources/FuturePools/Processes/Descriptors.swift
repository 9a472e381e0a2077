import CProcess
import Foundation

/// A pipe that no child inherits unless it is given to it.
struct Pipe {
    let readEnd: Int32
    let writeEnd: Int32

    /// Throws the errno where the system has no descriptors to give.
    init() throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        guard cp_pipe(&ends) == 0 else { throw SystemFailure(errno) }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    func makeReadEndNonblocking() { _ = cp_set_nonblocking(readEnd) }

    func close() {
        Foundation.close(readEnd)
        Foundation.close(writeEnd)
    }
}

/// A system call that failed.
struct SystemFailure: Error {
    let number: Int32

    init(_ number: Int32) { self.number = number }
}

/// Wakes a thread that waits in `poll`, from any other.
struct WakePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(SystemFailure) {
        let pipe = try Pipe()
        _ = cp_set_nonblocking(pipe.readEnd)
        _ = cp_set_nonblocking(pipe.writeEnd)
        (readEnd, writeEnd) = (pipe.readEnd, pipe.writeEnd)
    }

    func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes as well as one more byte would.
        _ = write(writeEnd, &byte, 1)
    }

    func clear() {
        var bytes: (UInt64, UInt64) = (0, 0)
        let size = MemoryLayout.size(ofValue: bytes)
        while read(readEnd, &bytes, size) == size {}
    }

    func close() {
        Foundation.close(readEnd)
        Foundation.close(writeEnd)
    }
}

enum Descriptors {
    /// `/dev/null`, open for as long as the process lives; -1 if there is none.
    static let null = open("/dev/null", O_RDWR | O_CLOEXEC)

    /// Opens what is kept open, while there are descriptors.
    static func prepare() { _ = null }

    /// Waits until one of `items` is ready, or `timeoutMs` have passed; -1 is without end.
    static func wait(_ items: inout [pollfd], timeoutMs: Int32 = -1) {
        while poll(&items, nfds_t(items.count), timeoutMs) < 0, errno == EINTR {}
    }
}
