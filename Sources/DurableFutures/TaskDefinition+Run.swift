import Foundation
import FutureModel
import FuturePools

/// One attempt of a function, inside its pool: decode → run → encode.
extension TaskDefinition {
    @Sendable func run(_ arguments: Payload) async -> AttemptEnding {
        let decoded: (repeat each Argument)
        do {
            decoded = try decode(arguments)
        } catch {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badArguments,
                    message: "'\(name)' cannot take \(arguments.json.prefix(200)): "
                        + explain(error)))
        }
        let output: Output
        do {
            output = try await function(repeat each decoded)
        } catch is CancellationError where Task.isCancelled {
            return .gaveUp
        } catch {
            return .threw(failure(for: error))
        }
        do {
            let value = try Payload(encoding: output)
            guard value.byteCount <= Limits.valueByteCount else {
                return .threw(
                    TaskFailure(
                        type: TaskFailure.badValue,
                        message: "the value takes \(value.byteCount) bytes of JSON; the limit is "
                            + "\(Limits.valueByteCount)"))
            }
            return .returned(value)
        } catch {
            return .threw(
                TaskFailure(
                    type: TaskFailure.badValue,
                    message: "the value cannot be written as JSON: \(explain(error))"))
        }
    }

    private func decode(_ arguments: Payload) throws -> (repeat each Argument) {
        do {
            var reader = try PlainJSONReader(arguments.json)
            let plain = (repeat try reader.next((each Argument).self))
            try reader.finish()
            return plain
        } catch {
            return try arguments.decode(as: ArgumentTuple<repeat each Argument>.self).arguments
        }
    }

    private func failure(for error: any Error) -> TaskFailure {
        if var failure = error as? TaskFailure {
            // What is no JSON could be kept, and never be read again.
            if let payload = failure.payload, (try? Payload(reading: payload.json)) == nil {
                failure.payload = nil
            }
            return failure
        }
        let type = errorTypeName(Swift.type(of: error))
        let message = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
        return TaskFailure(
            type: type, message: message, payload: errorTypes[type]?.encode(error))
    }
}

/// Decodes a JSON array into as many arguments as the function has parameters.
private struct ArgumentTuple<each Argument: Decodable>: Decodable {
    let arguments: (repeat each Argument)

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var parameterCount = 0
        repeat Self.count((each Argument).self, &parameterCount)
        if let count = container.count, count != parameterCount {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "it takes \(parameterCount) arguments, not \(count)")
        }
        arguments = (repeat try container.decode((each Argument).self))
    }

    private static func count<Each>(_ type: Each.Type, _ count: inout Int) { count += 1 }
}

/// What is wrong with a JSON text, in the words of the decoder.
private func explain(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
        guard let index = context.codingPath.first?.intValue else {
            return context.debugDescription
        }
        return "argument \(index + 1): \(context.debugDescription)"
    }
    return switch error {
    case DecodingError.dataCorrupted(let context): place(context)
    case DecodingError.keyNotFound(_, let context): place(context)
    case DecodingError.typeMismatch(_, let context): place(context)
    case DecodingError.valueNotFound(_, let context): place(context)
    default: "\(error)"
    }
}
