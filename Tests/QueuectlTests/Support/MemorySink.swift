import Foundation
import Synchronization

@testable import queuectl

/// A file or a terminal that keeps what is written to it.
final class MemorySink: OutputSink {
    let isTerminal: Bool
    private let bytes = Mutex(Data())
    private let fault: OutputFailure?

    init(isTerminal: Bool = false, failure: OutputFailure? = nil) {
        self.isTerminal = isTerminal
        fault = failure
    }

    var failure: OutputFailure? { fault }
    var data: Data { bytes.withLock { $0 } }
    var text: String { String(decoding: data, as: UTF8.self) }

    func write(_ more: Data) {
        if fault == nil { bytes.withLock { $0.append(more) } }
    }
}
