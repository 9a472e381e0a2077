import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    package static let guards = [
        JournalExercise("an attempt with another token or number changes nothing") { subject in
            let id = try await subject.submit()
            let attempt = try await subject.claimOne().id
            var stranger = attempt
            stranger.token &+= 1
            await subject.fails(.attemptSuperseded) { try await subject.settle(stranger) }
            await subject.fails(.attemptSuperseded) { try await subject.requeue(stranger) }
            var later = attempt
            later.number += 1
            await subject.fails(.attemptSuperseded) { try await subject.settle(later) }
            await subject.fails(.attemptSuperseded) { try await subject.requeue(later) }
            #expect(try await subject.record(id).state == .running)
            try await subject.settle(attempt)
        },
        JournalExercise("recovery leaves alone what is not the running attempt") { subject in
            let id = try await subject.submit()
            let first = try await subject.claimOne().id
            try await subject.requeue(first)
            let second = try await subject.claimOne().id
            let late: Transition = .settle(.cancelled(reason: "late"))
            #expect(try await subject.journal.recover([(first, late)]) == 0)
            #expect(try await subject.record(id).state == .running)
            #expect(try await subject.journal.recover([(second, late)]) == 1)
            #expect(try await subject.record(id).state == .cancelled)
        },
        JournalExercise("what was settled is never settled or requeued again") { subject in
            let id = try await subject.submit()
            let attempt = try await subject.claimOne().id
            try await subject.settle(attempt)
            let record = try await subject.record(id)
            await subject.fails(.attemptSuperseded) {
                try await subject.settle(attempt, .cancelled(reason: "late"))
            }
            await subject.fails(.attemptSuperseded) { try await subject.requeue(attempt) }
            #expect(try await subject.record(id) == record)
        },
        JournalExercise("a requeued attempt reports in vain") { subject in
            let id = try await subject.submit()
            let first = try await subject.claimOne().id
            try await subject.requeue(first)
            await subject.fails(.attemptSuperseded) { try await subject.settle(first) }
            let second = try await subject.claimOne().id
            await subject.fails(.attemptSuperseded) { try await subject.settle(first) }
            await subject.fails(.attemptSuperseded) { try await subject.requeue(first) }
            try await subject.settle(second)
            #expect(try await subject.record(id).attempt == 2)
        },
        JournalExercise("an attempt of no future is told so") { subject in
            let attempt = AttemptID(future: 99, number: 1, token: 1)
            await subject.fails(.noSuchFuture) { try await subject.settle(attempt) }
            await subject.fails(.noSuchFuture) { try await subject.requeue(attempt) }
        },
        JournalExercise("an unknown id fails the whole call") { subject in
            let id = try await subject.submit()
            let ids: [FutureID] = [id, 99]
            await subject.fails(.noSuchFuture) { _ = try await subject.journal.records(ids) }
            await subject.fails(.noSuchFuture) { _ = try await subject.journal.snapshots(ids) }
            await subject.fails(.noSuchFuture) { _ = try await subject.journal.history(99) }
            await subject.fails(.noSuchFuture) { _ = try await subject.journal.output(99) }
            await subject.fails(.noSuchFuture) {
                _ = try await subject.journal.cancelPending(ids, reason: "r")
            }
            await subject.fails(.noSuchFuture) {
                try await subject.journal.note("x", of: 99, detail: nil)
            }
            #expect(try await subject.record(id).state == .pending)
        },
        JournalExercise("a malformed submission is refused with its whole batch") { subject in
            let good = Submission(task: "add", arguments: Payload(json: "[]"))
            var bad = good
            bad.options.queue = "no spaces"
            let batch = [good, bad]
            await subject.fails(.badInput) {
                _ = try await subject.journal.submit(batch, routes: JournalUnderTest.routes)
            }
            let stats = try await subject.journal.stats()
            #expect(stats.total.pending == 0)
        },
    ]
}
