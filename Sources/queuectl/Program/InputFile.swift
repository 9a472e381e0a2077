import Foundation
import FutureModel

/// Files that verbs read.
enum InputFile {
    static func readStandardInput() throws(QueueError) -> Data {
        try readAll(STDIN_FILENO, name: "standard input")
    }

    /// Also of a pipe, such as a shell's `<(…)`.
    static func read(_ path: String) throws(QueueError) -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable("'\(path)'") }
        defer { close(descriptor) }
        return try readAll(descriptor, name: "'\(path)'")
    }

    private static func readAll(_ descriptor: Int32, name: String) throws(QueueError) -> Data {
        var data = Data()
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &part, part.count)
            if count == 0 { return data }
            if count > 0 {
                data.append(contentsOf: part[..<count])
            } else if errno != EINTR {
                throw unreadable(name)
            }
        }
    }

    /// After a system call that failed.
    private static func unreadable(_ name: String) -> QueueError {
        QueueError(.ioError, "Cannot read \(name): \(String(cString: strerror(errno))).")
    }
}
