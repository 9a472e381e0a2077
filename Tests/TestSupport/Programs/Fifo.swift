package import Foundation

/// A named pipe between a test and the commands it submits: they tell it lines, or wait for lines
/// of it, one each. Neither side waits for the other to open it.
package final class Fifo: Sendable {
    package let path: String
    private let file: Descriptor

    package init(_ name: String, in directory: URL) throws {
        path = directory.appending(path: name).path
        guard mkfifo(path, 0o600) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        // For both directions, so that it is never at its end.
        file = Descriptor(open(path, O_RDWR | O_CLOEXEC))
        guard file.descriptor >= 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    /// Lets `count` readers of one line each go on.
    package func send(_ count: Int = 1) throws {
        try file.write(Data(repeating: UInt8(ascii: "\n"), count: count))
    }

    /// The next line that somebody writes.
    package func line() async throws -> String { try await lines(1)[0] }

    /// The next `count` lines that somebody writes.
    package func lines(_ count: Int) async throws -> [String] {
        let lines = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread { [self] in
                    continuation.resume(returning: (0..<count).map { _ in nextLine() })
                }.start()
            }
        } onCancel: {
            // Who waits for lines takes these for the last.
            try? send(count)
        }
        try Task.checkCancellation()
        return lines
    }

    private func nextLine() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(file.descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
