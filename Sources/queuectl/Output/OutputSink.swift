import Foundation
import Synchronization

/// Where bytes go: a descriptor of this process, or a test's memory.
protocol OutputSink: Sendable {
    var isTerminal: Bool { get }

    /// Why the bytes no longer arrive; once set it stays, and writes do nothing.
    var failure: OutputFailure? { get }

    func write(_ bytes: Data)
}

enum OutputFailure: Sendable, Equatable {
    /// Nobody reads any more.
    case closed
    /// Why, for a person.
    case failed(String)
}

/// An open file of this process.
final class DescriptorSink: OutputSink {
    let isTerminal: Bool
    private let descriptor: Int32
    private let state = Mutex<OutputFailure?>(nil)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    var failure: OutputFailure? { state.withLock { $0 } }

    func write(_ bytes: Data) {
        state.withLock { failure in
            if failure == nil { failure = writeAll(bytes) }
        }
    }

    private func writeAll(_ bytes: Data) -> OutputFailure? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.write(descriptor, $0.baseAddress, $0.count)
                }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN: waitUntilWritable()
                case EPIPE: return .closed
                default: return .failed(String(cString: strerror(errno)))
                }
            }
            return nil
        }
    }

    /// Another program may have made a terminal or pipe that we share non-blocking.
    private func waitUntilWritable() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
    }
}
