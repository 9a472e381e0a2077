import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let life = [
        JournalExercise("a future is submitted, claimed and settled") { subject in
            let id = try await subject.submit()
            #expect(try await subject.record(id).state == .pending)
            subject.time.advance(by: .seconds(1))
            let attempt = try await subject.claimOne()
            #expect(attempt.id.future == id && attempt.id.number == 1)
            #expect(attempt.task == "add" && attempt.arguments.json == "[1,2]")
            var record = try await subject.record(id)
            #expect(record.state == .running && record.attempt == 1)
            #expect(record.startedAt == subject.time.now())
            subject.time.advance(by: .seconds(1))
            try await subject.settle(attempt.id)
            record = try await subject.record(id)
            #expect(record.outcome == .succeeded(Payload(json: "3")))
            #expect(record.state == .succeeded && record.finishedAt == subject.time.now())
        },
        JournalExercise("every option comes back as it was submitted") { subject in
            let asked = SubmitOptions(
                queue: "q.1", priority: -7, onCrash: .cancel, maxCrashes: 9, onShutdown: .requeue,
                retry: RetryPolicy(
                    maxAttempts: 4, backoff: .milliseconds(20), maxBackoff: .seconds(9)),
                timeLimit: .seconds(60), grace: .milliseconds(70),
                runAt: subject.time.now(), key: "k", outputLimit: 12)
            let id = try await subject.submit { $0 = asked }
            #expect(try await subject.record(id).options == asked)
            #expect(try await subject.claimOne().options == asked)
        },
        JournalExercise("a failure comes back whole") { subject in
            for message in ["a\u{0}b ü", ""] {
                let failure = TaskFailure(
                    type: "BadThing", message: message, payload: Payload(json: "{\"x\":1}"),
                    exitCode: 143, signal: 15, attempt: 1,
                    place: AttemptPlace(pool: .process, host: "böx", pid: 4711))
                let id = try await subject.submit()
                try await subject.settle(subject.claimOne().id, .failed(failure))
                #expect(try await subject.record(id).outcome == .failed(failure))
                let snapshots = try await subject.journal.snapshots([id])
                #expect(snapshots.first?.outcome == .failed(failure))
            }
        },
        JournalExercise("a command's output is kept as bytes, each stream apart") { subject in
            let id = try await subject.submitCommand("echo", "a b")
            #expect(try await subject.journal.output(id) == CapturedOutput())
            let attempt = try await subject.claimOne(.command)
            let output = CapturedOutput(
                stdout: CapturedStream(bytes: .init([0, 255, 10]), droppedByteCount: 4),
                stderr: CapturedStream())
            try await subject.settle(attempt.id, .succeeded(.null), output: output)
            let record = try await subject.record(id)
            #expect(record.command == Command(["echo", "a b"]) && record.arguments == nil)
            #expect(record.output == output)
            #expect(try await subject.journal.output(id) == output)
        },
        JournalExercise("a batch gets ids in its order, in one commit") { subject in
            let before = subject.journal.counters.commits
            let batch = (0..<50).map { number in
                Submission(task: "add", arguments: Payload(json: "[\(number),0]"))
            }
            let ids = try await subject.journal.submit(batch, routes: JournalUnderTest.routes)
            #expect(ids == ids.sorted() && Set(ids).count == 50)
            #expect(subject.journal.counters.commits == before + 1)
            #expect(subject.journal.counters.submits == 50)
            let arguments = try await subject.journal.records(ids).map(\.arguments)
            #expect(arguments == batch.map(\.arguments))
        },
        JournalExercise("a requeued attempt moves to the history and runs again") { subject in
            let id = try await subject.submit()
            let first = try await subject.claimOne()
            let failure = TaskFailure(type: "E", message: "m", attempt: 1)
            try await subject.requeue(first.id, .error(failure))
            #expect(try await subject.record(id).charges == Charges(errors: 1))
            let second = try await subject.claimOne()
            #expect(second.id.number == 2 && second.id.token != first.id.token)
            #expect(second.charges == Charges(errors: 1))
            try await subject.requeue(second.id, .crash(failure, charged: true))
            try await subject.requeue(subject.claimOne().id, .crash(failure, charged: false))
            try await subject.requeue(subject.claimOne().id, .interruption)
            let charges = try await subject.claimOne().charges
            #expect(charges == Charges(errors: 1, crashes: 1, interruptions: 1))
        },
        JournalExercise("who listens hears of ends and of new work") { subject in
            let log = NoticeLog(subject.journal)
            let id = try await subject.submit("fold")
            #expect(log.notices.map(\.claimable) == [[.process]])
            try await subject.settle(subject.claimOne(.process).id)
            let end = FutureSnapshot(
                id: id, state: .succeeded, outcome: .succeeded(Payload(json: "3")))
            #expect(log.finished == [end])
        },
    ]
}
