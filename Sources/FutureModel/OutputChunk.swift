package import Foundation

/// A piece of what one attempt of a command has written.
///
/// One that begins after the end of the last of its attempt and stream says that the bytes between
/// cannot be had; it may be empty itself.
package struct OutputChunk: Codable, Sendable, Hashable {
    package var attempt: Int
    package var stream: OutputStreamName
    /// How many bytes of the stream come before these.
    package var offset: Int
    package var bytes: Data

    package init(attempt: Int = 1, stream: OutputStreamName, offset: Int = 0, bytes: Data) {
        self.attempt = attempt
        self.stream = stream
        self.offset = offset
        self.bytes = bytes
    }

    /// How many bytes of the stream are written when these are.
    package var end: Int { offset + bytes.count }
}

extension CapturedOutput {
    /// As one who follows `attempt` gets it, with a last piece for what was not kept.
    package func chunks(of attempt: Int) -> [OutputChunk] {
        OutputStreamName.allCases.flatMap { name in
            let stream = self[name]
            let kept = OutputChunk(attempt: attempt, stream: name, bytes: stream.bytes)
            let end = OutputChunk(
                attempt: attempt, stream: name, offset: stream.writtenByteCount, bytes: Data())
            return (kept.bytes.isEmpty ? [] : [kept]) + (end.offset > kept.end ? [end] : [])
        }
    }
}
