import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let reading = [
        JournalExercise("a list is newest first, filtered and paged") { subject in
            var ids: [FutureID] = []
            for number in 0..<6 {
                ids.append(
                    try await subject.submit { $0.queue = number.isMultiple(of: 2) ? "a" : "b" })
            }
            let journal = subject.journal
            func list(_ filter: ListFilter) async throws -> [FutureID] {
                try await journal.list(filter).futures.map(\.id)
            }
            #expect(try await list(ListFilter()) == ids.reversed())
            #expect(try await list(ListFilter(limit: 2)) == [ids[5], ids[4]])
            #expect(try await list(ListFilter(before: ids[4], limit: 2)) == [ids[3], ids[2]])
            #expect(try await list(ListFilter(queue: "a")) == [ids[4], ids[2], ids[0]])
            #expect(try await list(ListFilter(task: "fold")) == [])
            try await subject.settle(subject.claimOne().id)
            #expect(try await list(ListFilter(states: [.succeeded])) == [ids[0]])
            #expect(
                try await list(ListFilter(states: [.succeeded, .pending], queue: "a"))
                    == [ids[4], ids[2], ids[0]])
            try await subject.settle(subject.claimOne().id)
            #expect(try await list(ListFilter(states: [.succeeded])) == [ids[1], ids[0]])
            #expect(
                try await list(ListFilter(states: [.succeeded], task: "add", before: ids[1]))
                    == [ids[0]])
            #expect(try await list(ListFilter(states: [.succeeded], queue: "b")) == [ids[1]])
            await subject.fails(.badInput) { _ = try await list(ListFilter(limit: 0)) }
        },
        JournalExercise("few pending ones among many that ended are all listed") { subject in
            for _ in 0..<40 { _ = try await subject.submit() }
            for attempt in try await subject.claim(limit: 40) {
                try await subject.settle(attempt.id)
            }
            let moment = subject.time.now() + .seconds(5)
            let waiting = [
                try await subject.submit(), try await subject.submit("unknown"),
                try await subject.submit { $0.runAt = moment },
            ]
            let listed = try await subject.journal.list(ListFilter(states: [.pending])).futures
            #expect(listed.map(\.id) == waiting.reversed())
        },
        JournalExercise("a history tells everything in order of time") { subject in
            let id = try await subject.submit()
            let start = subject.time.now()
            let failure = TaskFailure(
                type: "E", message: "m", attempt: 1,
                place: AttemptPlace(pool: .command, host: "box"))
            subject.time.advance(by: .seconds(1))
            let first = try await subject.claimOne()
            subject.time.advance(by: .seconds(1))
            try await subject.requeue(first.id, .error(failure))
            subject.time.advance(by: .seconds(1))
            let second = try await subject.claimOne()
            subject.time.advance(by: .seconds(1))
            try await subject.journal.note("cancel_requested", of: id, detail: "stop")
            try await subject.settle(second.id, .cancelled(reason: "stopped"))
            let expected = [
                HistoryEntry(at: start, event: "submitted"),
                HistoryEntry(at: start + .seconds(1), event: "started", attempt: 1),
                HistoryEntry(
                    at: start + .seconds(2), event: "failed", attempt: 1, exception: failure),
                HistoryEntry(at: start + .seconds(3), event: "started", attempt: 2),
                HistoryEntry(
                    at: start + .seconds(4), event: "cancel_requested", attempt: 2,
                    detail: "stop"),
                HistoryEntry(
                    at: start + .seconds(4), event: "cancelled", attempt: 2, detail: "stopped"),
            ]
            #expect(try await subject.journal.history(id) == expected)
        },
        JournalExercise("each attempt's output is its own") { subject in
            let id = try await subject.submitCommand("x")
            let first = CapturedOutput(stdout: CapturedStream(bytes: .init([1])))
            try await subject.requeue(subject.claimOne(.command).id, .interruption, output: first)
            #expect(try await subject.journal.output(id) == first)
            let attempt = try await subject.claimOne(.command)
            #expect(try await subject.journal.output(id) == first)
            let last = CapturedOutput(stderr: CapturedStream(bytes: .init([2])))
            try await subject.settle(attempt.id, .succeeded(.null), output: last)
            #expect(try await subject.journal.output(id) == last)
            #expect(try await subject.record(id).output == last)
        },
    ]
}
