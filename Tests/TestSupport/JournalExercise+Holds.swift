import FutureJournal
import FutureModel
import Testing

extension JournalExercise {
    static let holds = [
        JournalExercise("a future waits for its time on the wall clock") { subject in
            let log = NoticeLog(subject.journal)
            let moment = subject.time.now() + .seconds(60)
            let id = try await subject.submit { $0.runAt = moment }
            #expect(log.due == moment && log.claimable.isEmpty)
            #expect(try await subject.record(id).hold == .runAt)
            #expect(try await subject.claim() == [])
            subject.time.advance(by: .seconds(59))
            #expect(try await subject.journal.releaseDue(subject.time.now()) == moment)
            #expect(try await subject.claim() == [])
            subject.time.jumpWall(by: .seconds(1))
            #expect(try await subject.journal.releaseDue(subject.time.now()) == nil)
            #expect(log.claimable == [.thread])
            #expect(try await subject.claimOne().id.future == id)
        },
        JournalExercise("a time that has passed holds nothing") { subject in
            let past = subject.time.now() + .seconds(-60)
            let id = try await subject.submit { $0.runAt = past }
            #expect(try await subject.record(id).hold == nil)
            #expect(try await subject.claimOne().id.future == id)
        },
        JournalExercise("a retry waits for its pause") { subject in
            let log = NoticeLog(subject.journal)
            let id = try await subject.submit()
            let moment = subject.time.now() + .seconds(2)
            let failure = TaskFailure(type: "E", message: "m")
            try await subject.requeue(
                subject.claimOne().id, .error(failure), notBefore: moment)
            #expect(log.due == moment)
            #expect(try await subject.record(id).hold == .retry(moment))
            #expect(try await subject.claim() == [])
            subject.time.advance(by: .seconds(2))
            #expect(try await subject.journal.releaseDue(subject.time.now()) == nil)
            #expect(try await subject.claimOne().id.number == 2)
        },
        JournalExercise("an unknown function waits until somebody knows it") { subject in
            let routes = TaskRoutes(
                pools: [.thread, .process], tasks: ["later": .thread])
            let id = try await subject.submit("later")
            let other = try await subject.submit("never")
            #expect(try await subject.record(id).hold == .unknownTask)
            #expect(try await subject.record(id).pool == nil)
            #expect(try await subject.claim() == [])
            try await subject.journal.releaseKnown(JournalUnderTest.routes)
            #expect(try await subject.record(id).hold == .unknownTask)
            try await subject.journal.releaseKnown(routes)
            #expect(try await subject.record(id).pool == .thread)
            #expect(try await subject.record(other).hold == .unknownTask)
            #expect(try await subject.claim(routes: routes).map(\.id.future) == [id])
        },
        JournalExercise("a function finds another pool where its own is not served") { subject in
            let both = TaskRoutes(pools: [.thread, .process], tasks: ["f": .process])
            let threads = TaskRoutes(pools: [.thread], tasks: ["f": .thread])
            let id = try await subject.submit("f", routes: both)
            #expect(try await subject.record(id).pool == .process)
            try await subject.journal.releaseKnown(.none)
            #expect(try await subject.record(id).hold == nil, "who runs nothing moves nothing")
            try await subject.journal.releaseKnown(threads)
            #expect(try await subject.record(id).pool == .thread)
            #expect(try await subject.claim(routes: threads).map(\.id.future) == [id])
        },
        JournalExercise("a known function still waits for its time") { subject in
            let moment = subject.time.now() + .seconds(60)
            let id = try await subject.submit(routes: .none) { $0.runAt = moment }
            #expect(try await subject.record(id).hold == .unknownTask)
            try await subject.journal.releaseKnown(JournalUnderTest.routes)
            #expect(try await subject.record(id).hold == .runAt)
            #expect(try await subject.journal.releaseDue(moment) == nil)
            #expect(try await subject.claimOne().id.future == id)
        },
        JournalExercise("a claim holds what its owner does not know") { subject in
            let known = TaskRoutes(pools: [.thread], tasks: ["a": .thread, "b": .thread])
            let onlyB = TaskRoutes(pools: [.thread], tasks: ["b": .thread])
            let first = try await subject.submit("a", routes: known)
            let again = try await subject.submit("a", routes: known) { $0.priority = 1 }
            try await subject.requeue(subject.claim(routes: known)[0].id)
            let before = try await subject.record(again)
            let second = try await subject.submit("b", routes: known)
            #expect(try await subject.claim(routes: onlyB).map(\.id.future) == [second])
            #expect(try await subject.record(first).hold == .unknownTask)
            #expect(try await subject.record(first).attempt == 0)
            let after = try await subject.record(again)
            #expect(after.hold == .unknownTask && after.attempt == 1)
            #expect(after.startedAt == before.startedAt)
            try await subject.journal.releaseKnown(known)
            let claimed = try await subject.claim(limit: 5, routes: known)
            #expect(claimed.map(\.id.future) == [again, first])
            #expect(claimed.map(\.id.number) == [2, 1])
        },
    ]
}
