public import Foundation

/// What a command wrote, each stream apart.
public struct CapturedOutput: Codable, Sendable, Hashable {
    public var stdout: CapturedStream
    public var stderr: CapturedStream

    public init(stdout: CapturedStream = .init(), stderr: CapturedStream = .init()) {
        self.stdout = stdout
        self.stderr = stderr
    }

    package subscript(stream: OutputStreamName) -> CapturedStream {
        switch stream {
        case .stdout: stdout
        case .stderr: stderr
        }
    }
}

/// The beginning of one stream of a command's output.
public struct CapturedStream: Codable, Sendable, Hashable {
    /// The bytes that were kept, from the first on.
    public var bytes: Data
    /// How many bytes came after the limit was reached; they were read and thrown away.
    public var droppedByteCount: Int

    public init(bytes: Data = Data(), droppedByteCount: Int = 0) {
        self.bytes = bytes
        self.droppedByteCount = droppedByteCount
    }

    /// How many bytes the command has written to it.
    package var writtenByteCount: Int { bytes.count + droppedByteCount }

    /// The bytes as UTF-8, anything invalid replaced by U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

package enum OutputStreamName: String, Codable, Sendable, Hashable, CaseIterable {
    case stdout, stderr
}
