import Foundation
import FutureModel

extension Frame {
    static func run(_ attempt: ClaimedAttempt, journalPath: String, sequence: UInt64) -> Frame {
        var body = Array("\(attempt.task)\0\(journalPath)\0".utf8)
        body += "\(attempt.id.future) \(attempt.id.number)\0\(attempt.arguments.json)".utf8
        return Frame(kind: .run, sequence: sequence, body: body)
    }

    /// Of a ``Kind/run``.
    struct Run {
        var task: String
        var journalPath: String
        var attempt: AttemptID
        var arguments: Payload
    }

    /// What a ``Kind/run`` says.
    var run: Run? {
        let parts = body.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 4 else { return nil }
        let numbers = parts[2].split(separator: " ")
        guard numbers.count == 2, let id = FutureID(String(numbers[0])),
            let number = Int(numbers[1])
        else { return nil }
        // The token is the owner's alone: it sees to whom it listens.
        return Run(
            task: parts[0], journalPath: parts[1],
            attempt: AttemptID(future: id, number: number, token: 0),
            arguments: Payload(json: parts[3]))
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
        case .exited, .workerDied, .notStarted:
            preconditionFailure("a body does not end as a process does")
        }
    }

    private static func failure(_ failure: TaskFailure, _ sequence: UInt64) -> Frame {
        var failure = failure
        if let payload = failure.payload, payload.byteCount > Limits.valueByteCount {
            failure.payload = nil
        }
        var body = try? JSONEncoder().encodeExactly(failure)
        if body == nil {
            // Its payload is not JSON after all.
            failure.payload = nil
            body = try? JSONEncoder().encodeExactly(failure)
        }
        return Frame(kind: .threw, sequence: sequence, body: Array(body ?? Data()))
    }

    /// What a worker's frame says of the attempt; `nil` if it does not end one.
    var ending: AttemptEnding? {
        switch kind {
        case .returned: return .returned(Payload(json: String(decoding: body, as: UTF8.self)))
        case .gaveUp: return .gaveUp
        case .threw:
            guard let failure = try? JSONDecoder().decodeExactly(TaskFailure.self, from: Data(body))
            else { return nil }
            return .threw(failure)
        case .run, .cancel, .stop, .hello, .ask, .answer, .broken, .starting: return nil
        }
    }
}

extension Frame {
    /// Question or answer: its number, then JSON. `nil` where that is not possible.
    static func talk(
        _ kind: Kind, _ number: UInt64, _ content: some Encodable, sequence: UInt64
    ) -> Frame? {
        guard let json = try? JSONEncoder().encodeExactly(content) else { return nil }
        let body = withUnsafeBytes(of: number) { Array($0) } + json
        return body.count <= bodyByteLimit
            ? Frame(kind: kind, sequence: sequence, body: body) : nil
    }

    /// Of a question or an answer.
    var number: UInt64? {
        body.count > 8 ? body.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } : nil
    }

    /// What ``talk(_:_:_:sequence:)`` was given; `nil` if it is something else.
    func content<Content: Decodable>(_ type: Content.Type) -> Content? {
        try? JSONDecoder().decodeExactly(type, from: Data(body.dropFirst(8)))
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
