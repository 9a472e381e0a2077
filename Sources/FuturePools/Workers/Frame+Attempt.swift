import Foundation
import FutureModel

extension Frame {
    static func run(_ attempt: ClaimedAttempt, sequence: UInt64) -> Frame {
        var body = Array(attempt.task.utf8)
        body.append(0)
        body += attempt.arguments.json.utf8
        return Frame(kind: .run, sequence: sequence, body: body)
    }

    /// Of a ``Kind/run``.
    var taskAndArguments: (task: String, arguments: Payload)? {
        guard let end = body.firstIndex(of: 0) else { return nil }
        let arguments = String(decoding: body[(end + 1)...], as: UTF8.self)
        return (String(decoding: body[..<end], as: UTF8.self), Payload(json: arguments))
    }

    /// An ending of a body; one that is over its limit becomes a failure that says so.
    static func ending(_ ending: AttemptEnding, sequence: UInt64) -> Frame {
        switch ending {
        case .returned(let value) where value.byteCount <= Limits.valueByteCount:
            return Frame(kind: .returned, sequence: sequence, body: Array(value.json.utf8))
        case .returned(let value):
            return failure(.valueTooLarge(value), sequence)
        case .threw(let error):
            return failure(error, sequence)
        case .gaveUp:
            return Frame(kind: .gaveUp, sequence: sequence)
        case .exited, .workerDied:
            preconditionFailure("a body does not end as a process does")
        }
    }

    private static func failure(_ failure: TaskFailure, _ sequence: UInt64) -> Frame {
        var failure = failure
        if let payload = failure.payload, payload.byteCount > Limits.valueByteCount {
            failure.payload = nil
        }
        var body = try? JSONEncoder().encode(failure)
        if body == nil {
            // Its payload is not JSON after all.
            failure.payload = nil
            body = try? JSONEncoder().encode(failure)
        }
        return Frame(kind: .threw, sequence: sequence, body: Array(body ?? Data()))
    }

    /// What a worker's frame says of the attempt; `nil` if it does not end one.
    var ending: AttemptEnding? {
        switch kind {
        case .returned: return .returned(Payload(json: String(decoding: body, as: UTF8.self)))
        case .gaveUp: return .gaveUp
        case .threw:
            guard let failure = try? JSONDecoder().decode(TaskFailure.self, from: Data(body))
            else { return nil }
            return .threw(failure)
        case .run, .cancel, .stop, .hello: return nil
        }
    }
}

extension TaskFailure {
    fileprivate static func valueTooLarge(_ value: Payload) -> TaskFailure {
        TaskFailure(
            type: badValue,
            message: "the value is \(value.byteCount) bytes of JSON; at most "
                + "\(Limits.valueByteCount) can be kept")
    }
}
