import FutureModel
import FuturePools
import Synchronization

/// How one call of several in one future ended, as the journal keeps it.
struct ChunkItem: Codable, Sendable {
    var value: Payload?
    var exception: TaskFailure?
}

extension TaskDefinition {
    /// One attempt that makes several calls, one after another. A call that fails is kept as such
    /// beside the values of the others.
    @Sendable func runChunk(_ arguments: Payload) async -> AttemptEnding {
        guard let calls = try? arguments.decode(as: [Payload].self) else {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badArguments, message: "'\(name)': not a list of calls"))
        }
        var items: [ChunkItem] = []
        for call in calls {
            if Task.isCancelled { return .gaveUp }
            switch await run(call) {
            case .returned(let value): items.append(ChunkItem(value: value))
            case .threw(let failure): items.append(ChunkItem(exception: failure))
            case let ending: return ending
            }
        }
        guard let value = try? Payload(encoding: items), value.byteCount <= Limits.valueByteCount
        else {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badValue,
                    message: "the values of \(calls.count) calls are too large for one future"))
        }
        return .returned(value)
    }
}

/// The calls of one future, for those who read their outcomes one by one.
final class Chunk<Output: Sendable>: Sendable {
    private let future: Future<[ChunkItem]>
    private let decode: @Sendable (ChunkItem) async throws -> Outcome<Output>
    /// The items that nobody has read; each is dropped once it has been.
    private let items = Mutex<[Int: ChunkItem]?>(nil)

    init(
        _ future: Future<[ChunkItem]>,
        _ decode: @escaping @Sendable (ChunkItem) async throws -> Outcome<Output>
    ) {
        self.future = future
        self.decode = decode
    }

    func outcome(at index: Int, timeout: Duration?) async throws -> Outcome<Output> {
        if items.withLock({ $0 == nil }) {
            switch try await future.outcome(timeout: timeout) {
            case .succeeded(let all):
                items.withLock {
                    $0 = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($0, $1) })
                }
            case .failed(let error): return .failed(error)
            case .cancelled(let reason): return .cancelled(reason: reason)
            }
        }
        guard let item = items.withLock({ $0?.removeValue(forKey: index) }) else {
            throw QueueError(
                .typeMismatch, "Future \(future.id) does not hold as many values as it has calls.")
        }
        return try await decode(item)
    }
}

/// One input's place in a `map`: a future of its own, or a part of one.
struct MapItem<Output: Sendable>: Sendable {
    let id: FutureID
    let core: ExecutorCore
    let outcome: @Sendable (Duration?) async throws -> Outcome<Output>
}
