import Dispatch
import Foundation

/// Signals to this process, as values.
enum ProcessSignals {
    /// From the call on, `signals` no longer end the process; each one that comes is an element.
    static func stream(_ signals: [Int32]) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        let sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return SignalSource(source: source)
        }
        continuation.onTermination = { _ in
            for source in sources { source.source.cancel() }
        }
        return stream
    }
}

/// Unchecked: a Dispatch source may be cancelled from any thread.
private struct SignalSource: @unchecked Sendable {
    let source: any DispatchSourceSignal
}
