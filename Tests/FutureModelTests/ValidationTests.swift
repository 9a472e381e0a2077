import FutureModel
import Testing

/// Submissions that every way in refuses.
struct ValidationTests {
    private func code(_ submission: Submission) -> QueueError.Code? {
        do {
            try submission.validate()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func plainOnesPass() throws {
        #expect(code(Submission(task: "f", arguments: Payload(json: "[]"))) == nil)
        #expect(code(try Submission(Command(["true"]))) == nil)
    }

    @Test(arguments: [
        Command([]), Command([""]), Command(["a\0b"]), Command(["a"], directory: "relative"),
        Command(["a"], environment: ["A=B": "c"]), Command(["a"], environment: ["": "c"]),
    ])
    func unrunnableCommands(_ command: Command) {
        #expect(throws: QueueError.self) { try Submission(command) }
    }

    @Test(arguments: [
        SubmitOptions(queue: ""), SubmitOptions(queue: "a b"), SubmitOptions(priority: 1001),
        SubmitOptions(maxCrashes: -1), SubmitOptions(retry: RetryPolicy(maxAttempts: 0)),
        SubmitOptions(timeLimit: .zero), SubmitOptions(grace: .seconds(-1)),
        SubmitOptions(key: ""), SubmitOptions(outputLimit: -1),
        SubmitOptions(runAt: Timestamp(milliseconds: .min)),
        SubmitOptions(runAt: Timestamp("0000-12-31T23:59:59.999Z")),
        SubmitOptions(runAt: Timestamp("9999-12-31T23:59:59-01:00")),
        SubmitOptions(runAt: Timestamp(milliseconds: .max)),
    ])
    func optionsOutOfBounds(_ options: SubmitOptions) {
        let submission = Submission(
            task: "f", arguments: Payload(json: "[]"), options: options)
        #expect(code(submission) == .badInput)
    }

    @Test(arguments: [Timestamp.writableRange.lowerBound, Timestamp.writableRange.upperBound])
    func momentsAtTheBounds(_ moment: Timestamp) {
        let options = SubmitOptions(runAt: moment)
        #expect(
            code(Submission(task: "f", arguments: Payload(json: "[]"), options: options)) == nil)
    }

    @Test func argumentsOverTheLimit() {
        let long = String(repeating: "x", count: Limits.argumentsByteCount)
        #expect(
            code(Submission(task: "f", arguments: Payload(json: "[\"\(long)\"]")))
                == .payloadTooLarge)
    }

    @Test func theNameOfCommandsIsTaken() {
        #expect(code(Submission(task: "command", arguments: Payload(json: "[]"))) == .badInput)
        #expect(
            code(Submission(task: "f", arguments: Payload(json: "[]"), pool: .command))
                == .badInput)
    }
}
