import Foundation
import FutureModel

/// What a command has written: the first bytes of each stream up to a limit, the rest counted.
struct OutputCapture {
    let limitByteCount: Int
    private(set) var output = CapturedOutput()

    init(limitByteCount: Int) { self.limitByteCount = limitByteCount }

    mutating func append(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
        switch stream {
        case .stdout: append(bytes, to: &output.stdout)
        case .stderr: append(bytes, to: &output.stderr)
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to stream: inout CapturedStream) {
        let kept = min(bytes.count, max(limitByteCount - stream.bytes.count, 0))
        stream.bytes.append(contentsOf: bytes.prefix(kept))
        stream.droppedByteCount += bytes.count - kept
    }
}
