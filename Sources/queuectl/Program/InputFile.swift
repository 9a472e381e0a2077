import Foundation
import FutureModel

/// Files that verbs read.
enum InputFile {
    static func readStandardInput() throws(QueueError) -> Data {
        try bytes(of: "standard input") { try FileHandle.standardInput.readToEnd() ?? Data() }
    }

    static func read(_ path: String) throws(QueueError) -> Data {
        try bytes(of: "'\(path)'") { try Data(contentsOf: URL(fileURLWithPath: path)) }
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
