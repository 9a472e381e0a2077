import Foundation
import FutureModel
import Testing

@Suite("Values on the wire")
struct WireValueTests {
    private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
        try WireJSON.decode(Value.self, from: WireJSON.encode(value))
    }

    @Test(arguments: [0, 1, 123, 999, 1_700_000_000_001, -1, 1_700_000_000_004])
    func aMomentKeepsItsMilliseconds(_ milliseconds: Int64) throws {
        let moment = Timestamp(milliseconds: milliseconds)
        #expect(try roundTrip([moment]) == [moment])
    }

    @Test func anOwnerComesBackAsItWas() throws {
        let owner = OwnerIdentity(process: .current, program: "p", version: "1", socket: nil)
        #expect(try roundTrip(owner) == owner)
    }

    @Test(arguments: FutureState.allCases)
    func aRecordComesBackAsItWas(_ state: FutureState) throws {
        var record = FutureRecord(
            id: 7, task: "f", arguments: Payload(json: #"[{"aB":2,"a_b":1}]"#), pool: .thread,
            state: state, attempt: 1, submittedAt: Timestamp(milliseconds: 1),
            charges: Charges(errors: 2), retryOf: 3)
        switch state {
        case .pending: record.hold = .retry(Timestamp(milliseconds: 99))
        case .running: record.startedAt = Timestamp(milliseconds: 2)
        case .succeeded: record.outcome = .succeeded(Payload(json: #"{"c_d":[]}"#))
        case .failed:
            record.outcome = .failed(
                TaskFailure(type: "T", message: "m", payload: Payload(json: "1"), signal: 9))
        case .cancelled: record.outcome = .cancelled(reason: "why")
        }
        let back = try roundTrip(record)
        #expect(back == record, "\(back) is not \(record)")
    }

    @Test func equalObjectsAreOneText() throws {
        let keys = (0..<20).map { "\"k\($0)\":\($0)" }
        let texts = try [keys, keys.reversed()].map { keys in
            let json = "[{" + keys.joined(separator: ",") + "}]"
            return try WireJSON.decode([Payload].self, from: Data("[\(json)]".utf8))[0].json
        }
        #expect(texts[0] == texts[1])
    }

    @Test func aCommandsRecordComesBackAsItWas() throws {
        let record = FutureRecord(
            id: 7, task: Command.taskName,
            command: Command(["a"], directory: "/", environment: ["A_b": "c"]), pool: .command,
            state: .succeeded, attempt: 1, submittedAt: Timestamp(milliseconds: 1),
            startedAt: Timestamp(milliseconds: 2), finishedAt: Timestamp(milliseconds: 3),
            outcome: .succeeded(.null),
            output: CapturedOutput(
                stdout: CapturedStream(bytes: Data([255, 0])),
                stderr: CapturedStream(bytes: Data([1]), droppedByteCount: 5)))
        #expect(try roundTrip(record) == record)
    }
}
