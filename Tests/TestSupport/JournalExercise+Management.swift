import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let management = [
        JournalExercise("only what is pending is cancelled; the rest is named") { subject in
            let log = NoticeLog(subject.journal)
            let ended = try await subject.submit()
            try await subject.settle(subject.claimOne().id)
            let running = try await subject.submit()
            _ = try await subject.claimOne()
            let pending = try await subject.submit()
            let held = try await subject.submit("unknown")
            let found = try await subject.journal.cancelPending(
                [pending, running, ended, held, pending], reason: "asked")
            #expect(found == [.pending, .running, .succeeded, .pending, .cancelled])
            let record = try await subject.record(pending)
            #expect(record.outcome == .cancelled(reason: "asked") && record.attempt == 0)
            #expect(log.finished.map(\.id) == [ended, pending, held])
            #expect(try await subject.claim(limit: 9) == [])
        },
        JournalExercise("all that is pending is cancelled, whatever it waits for") { subject in
            _ = try await subject.submit()
            _ = try await subject.submit("unknown")
            let moment = subject.time.now() + .seconds(9)
            _ = try await subject.submit { $0.runAt = moment }
            _ = try await subject.submit { $0.priority = 1 }
            let running = try await subject.claimOne()
            #expect(try await subject.journal.cancelAllPending(reason: "all") == 3)
            #expect(try await subject.journal.stats().total.cancelled == 3)
            #expect(try await subject.journal.releaseDue(moment) == nil)
            try await subject.settle(running.id)
        },
        JournalExercise("a retry is a new future with the old request") { subject in
            let id = try await subject.submit {
                $0.key = "k"
                $0.priority = 3
            }
            let routes = JournalUnderTest.routes
            await subject.fails(.badInput) {
                _ = try await subject.journal.retry([id], routes: routes)
            }
            let failure = TaskFailure(type: "E", message: "m")
            try await subject.settle(subject.claimOne().id, .failed(failure))
            let again = try #require(await subject.journal.retry([id], routes: routes).first)
            let record = try await subject.record(again)
            #expect(again > id && record.retryOf == id && record.state == .pending)
            #expect(record.options.key == nil && record.options.priority == 3)
            #expect(record.arguments == Payload(json: "[1,2]"))
            #expect(try await subject.record(id).outcome == .failed(failure))
            await subject.fails(.noSuchFuture) {
                _ = try await subject.journal.retry([id, 99], routes: routes)
            }
            #expect(try await subject.journal.stats().total.pending == 1)
        },
        JournalExercise("abandoned attempts are recovered once, by their policies") { subject in
            for _ in 0..<4 { _ = try await subject.submit { $0.onCrash = .fail } }
            let claimed = try await subject.claim(limit: 4)
            #expect(try await subject.journal.abandonedAttempts() == claimed)
            try await subject.settle(claimed[3].id)
            let died = TaskFailure(type: TaskFailure.workerDied, message: "gone", attempt: 1)
            let moment = subject.time.now() + .seconds(1)
            let endings: [(attempt: AttemptID, transition: Transition)] = [
                (claimed[0].id, .requeue(.crash(died, charged: true), delay: .zero)),
                (claimed[1].id, .settle(.failed(died))),
                (claimed[2].id, .requeue(.interruption, delay: .seconds(1))),
                (claimed[3].id, .settle(.failed(died))),
            ]
            #expect(try await subject.journal.recover(endings) == 3)
            #expect(try await subject.journal.recover(endings) == 0)
            let records = try await subject.journal.records(claimed.map(\.id.future))
            #expect(records.map(\.state) == [.pending, .failed, .pending, .succeeded])
            #expect(records[0].charges == Charges(crashes: 1))
            #expect(records[2].hold == .retry(moment))
            #expect(try await subject.journal.abandonedAttempts() == [])
            let history = try await subject.journal.history(claimed[0].id.future)
            #expect(history.map(\.event) == ["submitted", "started", "crashed", "recovered"])
        },
        JournalExercise("a request to cancel marks what runs, and only that") { subject in
            let id = try await subject.submit()
            try await subject.journal.note("cancel_requested", of: id, detail: nil)
            #expect(try await subject.record(id).cancelRequested == false)
            let attempt = try await subject.claimOne()
            #expect(
                try await subject.journal.abandonedAttempts().map(\.cancelRequested) == [false])
            try await subject.journal.note("cancel_requested", of: id, detail: "by hand")
            #expect(try await subject.record(id).cancelRequested)
            #expect(try await subject.journal.abandonedAttempts().map(\.cancelRequested) == [true])
            try await subject.requeue(attempt.id)
            _ = try await subject.claimOne()
            #expect(try await subject.record(id).cancelRequested == false)
        },
    ]
}
