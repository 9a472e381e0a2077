import Dispatch
import Foundation

/// Signals to this process, as values.
enum ProcessSignals {
    /// Once this returns, `signals` no longer end the process; each one that comes is an element.
    static func stream(_ signals: [Int32]) async -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        var sources: [SignalSource] = []
        for number in signals {
            let source = SignalSource(DispatchSource.makeSignalSource(signal: number))
            source.source.setEventHandler { continuation.yield(number) }
            await source.register()
            #if canImport(Darwin)
                // Elsewhere Dispatch takes the place of the default action itself.
                signal(number, SIG_IGN)
            #endif
            sources.append(source)
        }
        continuation.onTermination = { [sources] _ in
            for source in sources { source.source.cancel() }
        }
        return stream
    }
}

/// Unchecked: a Dispatch source may be used from any thread.
private struct SignalSource: @unchecked Sendable {
    let source: any DispatchSourceSignal

    init(_ source: any DispatchSourceSignal) { self.source = source }

    /// Returns when signals arrive at the source; until then they act as they did.
    func register() async {
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.activate()
        }
    }
}
