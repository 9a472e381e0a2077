import FutureModel
import FuturePools
import Synchronization

/// How one call of several in one future ended.
enum ChunkItem: Sendable {
    case value(Payload)
    case exception(TaskFailure)

    private static let valueHead = "{\"value\":"

    private struct Exception: Codable {
        let exception: TaskFailure
    }

    /// As the journal keeps it: an object that holds one of the two.
    var payload: Payload {
        get throws {
            switch self {
            case .value(let value): Payload(json: Self.valueHead + value.json + "}")
            case .exception(let failure): try Payload(encoding: Exception(exception: failure))
            }
        }
    }

    init(_ payload: Payload) throws {
        if payload.json.hasPrefix(Self.valueHead) {
            let value = payload.json.dropFirst(Self.valueHead.count).dropLast()
            self = .value(Payload(json: String(value)))
        } else {
            self = .exception(try payload.decode(as: Exception.self).exception)
        }
    }
}

extension TaskDefinition {
    /// One attempt that makes several calls, one after another. A call that fails is kept as such
    /// beside the values of the others.
    @Sendable func runChunk(_ arguments: Payload) async -> AttemptEnding {
        guard let calls = arguments.list else {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badArguments, message: "'\(name)': not a list of calls"))
        }
        var items: [ChunkItem] = []
        for call in calls {
            if Task.isCancelled { return .gaveUp }
            switch await run(call) {
            case .returned(let value): items.append(.value(value))
            case .threw(let failure): items.append(.exception(failure))
            case let ending: return ending
            }
        }
        guard let value = try? Payload(list: items.map { try $0.payload }),
            value.byteCount <= Limits.valueByteCount
        else {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badValue,
                    message: "the values of \(calls.count) calls are too large for one future"))
        }
        return .returned(value)
    }
}

extension ValueDecoder<[ChunkItem]> {
    /// Of a future that makes several calls.
    static func chunk(
        task: String, error: @escaping @Sendable (TaskFailure) -> any Error
    ) -> ValueDecoder {
        ValueDecoder(
            task: task,
            value: { snapshot, payload, _ in
                guard let items = try? payload.list?.map(ChunkItem.init) else {
                    throw QueueError(
                        .typeMismatch,
                        "Future \(snapshot.id) holds \(payload.json.prefix(100)), which is not a "
                            + "list of outcomes.")
                }
                return items
            }, error: error)
    }
}

/// The calls of one future, for those who read their outcomes one by one.
final class Chunk<Output: Sendable>: Sendable {
    private let future: Future<[ChunkItem]>
    private let decode: @Sendable (ChunkItem) async throws -> Outcome<Output>
    /// Once they are there; each is dropped when it has been read.
    private let items = Mutex<[ChunkItem?]?>(nil)

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
            case .succeeded(let all): items.withLock { $0 = all }
            case .failed(let error): return .failed(error)
            case .cancelled(let reason): return .cancelled(reason: reason)
            }
        }
        let item = items.withLock { items in
            items?.indices.contains(index) == true ? items?[index].take() : nil
        }
        guard let item else {
            throw QueueError(
                .typeMismatch, "Future \(future.id) does not hold as many values as it has calls.")
        }
        return try await decode(item)
    }
}

/// One input's place in a `map`: a future of its own, or a part of one.
struct MapItem<Output: Sendable>: Sendable {
    let id: FutureID
    let outcome: @Sendable (Duration?) async throws -> Outcome<Output>
}
