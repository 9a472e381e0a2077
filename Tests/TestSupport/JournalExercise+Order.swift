import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let order = [
        JournalExercise("first in, first out within a priority") { subject in
            var ids: [FutureID] = []
            for _ in 0..<5 { ids.append(try await subject.submit()) }
            let claimed = try await subject.claim(limit: 3) + subject.claim(limit: 3)
            #expect(claimed.map(\.id.future) == ids)
        },
        JournalExercise("a larger priority starts earlier") { subject in
            let low = try await subject.submit { $0.priority = -1 }
            let plain = try await subject.submit()
            let high = try await subject.submit { $0.priority = 5 }
            let claimed = try await subject.claim(limit: 10)
            #expect(claimed.map(\.id.future) == [high, plain, low])
        },
        JournalExercise("queues take turns, however long one of them is") { subject in
            for _ in 0..<6 { _ = try await subject.submit { $0.queue = "a" } }
            for _ in 0..<2 { _ = try await subject.submit { $0.queue = "b" } }
            var queues: [String] = []
            for _ in 0..<5 { queues.append(try await subject.claimOne().options.queue) }
            #expect(queues == ["a", "b", "a", "b", "a"])
        },
        JournalExercise("one claim shares its limit between the queues") { subject in
            for _ in 0..<6 { _ = try await subject.submit { $0.queue = "a" } }
            for _ in 0..<6 { _ = try await subject.submit { $0.queue = "b" } }
            _ = try await subject.submit { $0.queue = "c" }
            let queues = try await subject.claim(limit: 9).map(\.options.queue)
            let counts = Dictionary(grouping: queues, by: \.self).mapValues(\.count)
            #expect(counts == ["a": 4, "b": 4, "c": 1])
        },
        JournalExercise("each pool claims its own futures") { subject in
            let add = try await subject.submit("add")
            let fold = try await subject.submit("fold")
            let command = try await subject.submitCommand("true")
            #expect(try await subject.claim(.process, limit: 9).map(\.id.future) == [fold])
            #expect(try await subject.claim(.thread, limit: 9).map(\.id.future) == [add])
            #expect(try await subject.claim(.command, limit: 9).map(\.id.future) == [command])
            #expect(try await subject.claim(.thread, limit: 9) == [])
        },
        JournalExercise("an empty queue is asked again once it has work") { subject in
            #expect(try await subject.claim(limit: 4) == [])
            for _ in 0..<3 {
                let id = try await subject.submit()
                #expect(try await subject.claim(limit: 4).map(\.id.future) == [id])
            }
        },
    ]
}
