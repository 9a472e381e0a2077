import Foundation
import FutureModel

/// Files that verbs read.
enum InputFile {
    static func readStandardInput() throws(QueueError) -> Data {
        try bytes(of: "standard input") { try FileHandle.standardInput.readToEnd() ?? Data() }
    }

    /// Also of a pipe, such as a shell's `<(…)`.
    static func read(_ path: String) throws(QueueError) -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw QueueError(
                .ioError, "Cannot read '\(path)': \(String(cString: strerror(errno))).")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return try bytes(of: "'\(path)'") { try file.readToEnd() ?? Data() }
    }

    private static func bytes(
        of name: String, _ body: () throws -> Data
    ) throws(QueueError) -> Data {
        do {
            return try body()
        } catch {
            throw QueueError(.ioError, "Cannot read \(name): \(error.localizedDescription)")
        }
    }
}
