import FutureModel
import Synchronization

/// Several sources of events as one sequence.
final class MergedEvents<Event: Sendable>: Sendable {
    let events: AsyncThrowingStream<Event, any Error>
    private let continuation: AsyncThrowingStream<Event, any Error>.Continuation
    private let pumps = Mutex<[Task<Void, Never>]>([])

    init() { (events, continuation) = AsyncThrowingStream.makeStream() }

    func send(_ event: Event) { continuation.yield(event) }

    /// Passes on what `source` brings, and its error; with `endsAll` also its end.
    func add<Source: AsyncSequence & Sendable>(
        _ source: Source, endsAll: Bool, _ event: @escaping @Sendable (Source.Element) -> Event
    ) where Source.Element: Sendable {
        let continuation = continuation
        let pump = Task {
            do {
                for try await element in source { continuation.yield(event(element)) }
                if endsAll { continuation.finish() }
            } catch {
                continuation.finish(throwing: error)
            }
        }
        pumps.withLock { $0.append(pump) }
    }

    /// Does `body` meanwhile; its error ends the sequence.
    func run(_ body: @escaping @Sendable () async throws -> Void) {
        let continuation = continuation
        let pump = Task {
            do { try await body() } catch { continuation.finish(throwing: error) }
        }
        pumps.withLock { $0.append(pump) }
    }

    /// Lets go of all sources.
    func stop() {
        for pump in pumps.withLock({ $0 }) { pump.cancel() }
        continuation.finish()
    }
}

extension QueueError {
    /// What a stream threw; its type does not say that it throws nothing else.
    init(wrapping error: any Error) {
        self = error as? QueueError ?? QueueError(.ioError, "Waiting failed: \(error)")
    }
}
