import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let keys = [
        JournalExercise("a repeat with the same key yields the same future") { subject in
            let id = try await subject.submit { $0.key = "k" }
            #expect(try await subject.submit { $0.key = "k" } == id)
            try await subject.settle(subject.claimOne().id)
            #expect(try await subject.submit { $0.key = "k" } == id)
            #expect(subject.journal.counters.submits == 1)
        },
        JournalExercise("a key that belongs to other work is refused") { subject in
            _ = try await subject.submit { $0.key = "k" }
            await subject.fails(.duplicateKey) {
                _ = try await subject.submit("add", "[9]") { $0.key = "k" }
            }
            await subject.fails(.duplicateKey) {
                _ = try await subject.submit("fold") { $0.key = "k" }
            }
        },
        JournalExercise("keys count within one batch as well") { subject in
            var one = Submission(task: "add", arguments: Payload(json: "[1]"))
            one.options.key = "k"
            let routes = JournalUnderTest.routes
            let ids = try await subject.journal.submit([one, one], routes: routes)
            #expect(ids[0] == ids[1])
            var other = one
            other.options.key = "l"
            var clash = other
            clash.arguments = Payload(json: "[2]")
            let batch = [other, clash]
            await subject.fails(.duplicateKey) {
                _ = try await subject.journal.submit(batch, routes: routes)
            }
            #expect(try await subject.journal.stats().total.pending == 1)
        },
    ]
}
