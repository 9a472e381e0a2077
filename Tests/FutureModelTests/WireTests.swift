import Foundation
import FutureModel
import Testing

/// The JSON that other programs read and write.
struct WireTests {
    private let submitted = Timestamp(milliseconds: 1_700_000_000_123)

    @Test func recordHasEveryKeyAndComesBack() throws {
        var record = FutureRecord(
            id: 42, task: "add", arguments: Payload(json: "[1,2.5,\"x_y\",{\"a_b\":null}]"),
            pool: .thread, state: .failed, attempt: 2, submittedAt: submitted,
            startedAt: submitted, finishedAt: submitted,
            options: SubmitOptions(queue: "q", timeLimit: .milliseconds(1500)))
        record.outcome = .failed(TaskFailure(type: "E", message: "m", exitCode: 3))
        let data = try WireJSON.encode(record)
        #expect(try WireJSON.decode(FutureRecord.self, from: data) == record)
        let object = try #require(
            JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in [
            "id", "task", "queue", "state", "attempt", "priority", "submitted_at", "started_at",
            "finished_at", "exit_code", "value", "exception", "reason",
        ] {
            #expect(object.keys.contains(key), "\(key)")
        }
        #expect(object["id"] as? Int == 42)
        #expect(object["exit_code"] as? Int == 3)
        #expect(object["submitted_at"] as? String == "2023-11-14T22:13:20.123Z")
        #expect((object["exception"] as? [String: Any])?["message"] as? String == "m")
    }

    /// As in a list. What is not read is not said to be nothing.
    @Test func anOutputThatIsNotThereIsLeftOut() throws {
        var record = FutureRecord(
            id: 42, task: Command.taskName, command: Command(["echo", "hi"]), pool: .command,
            state: .succeeded, attempt: 1, submittedAt: submitted)
        record.outcome = .succeeded(.null)
        func object() throws -> [String: Any] {
            let data = try WireJSON.encode(record)
            #expect(try WireJSON.decode(FutureRecord.self, from: data) == record)
            return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        let keys = ["value", "stdout", "stderr", "stdout_dropped", "stderr_dropped"]
        #expect(Set(try object().keys).isDisjoint(with: keys))
        #expect(try object()["exit_code"] as? Int == 0)
        record.output = CapturedOutput(stdout: CapturedStream(bytes: Data("hi\n".utf8)))
        #expect(Set(try object().keys).isSuperset(of: keys))
        #expect(try object()["value"] as? String == "hi\n")
        let snapshot = try WireJSON.encode(record.snapshot)
        #expect(String(decoding: snapshot, as: UTF8.self) == #"{"id":42,"state":"succeeded"}"#)
    }

    @Test(arguments: [
        RecordedOutcome.succeeded(Payload(json: "{\"k_1\":[true,18446744073709551615]}")),
        .succeeded(.null), .cancelled(reason: "because"),
        .failed(TaskFailure(type: "T", message: "é", payload: Payload(json: "{\"a\":1}"))),
    ])
    func snapshotComesBack(_ outcome: RecordedOutcome) throws {
        let snapshot = FutureSnapshot(id: 1, state: outcome.state, outcome: outcome)
        let data = try WireJSON.encode(snapshot)
        #expect(try WireJSON.decode(FutureSnapshot.self, from: data) == snapshot)
    }

    @Test func optionsMayBeLeftOut() throws {
        let read = try WireJSON.decode(
            SubmitOptions.self, from: Data(#"{"on_crash":"fail","time_limit_ms":250}"#.utf8))
        #expect(read == SubmitOptions(onCrash: .fail, timeLimit: .milliseconds(250)))
    }

    @Test func momentsAreReadWithAndWithoutFractions() {
        #expect(Timestamp("2023-11-14T22:13:20.123Z") == submitted)
        #expect(
            Timestamp("2023-11-14T22:13:20Z") == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(Timestamp("yesterday") == nil)
    }

    @Test func idsAreBarePositiveNumbers() {
        #expect(FutureID("17") == 17)
        for text in ["", "0", "-1", "+1", " 1", "1.0", "x"] { #expect(FutureID(text) == nil) }
    }

    @Test func longMessagesAreCutAndMarked() {
        let failure = TaskFailure(
            type: "E", message: String(repeating: "x", count: Limits.messageByteCount + 5))
        #expect(failure.message.hasSuffix("[5 bytes cut]"))
    }
}
