import Dispatch
import FutureModel
import Synchronization
import TestSupport
import Testing

@testable import FutureJournal

@Suite(.timeLimit(.minutes(10)))
struct GroupCommitTests {
    /// The writer is stopped within its first commit until 64 others have asked for theirs.
    @Test func whatArrivesDuringACommitSharesTheNext() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let gate = WriterGate(journal)
            let first = Task { try await subject.submit() }
            while !gate.isClosed { await Task.yield() }
            try await withThrowingTaskGroup(of: FutureID.self) { group in
                for _ in 0..<64 { group.addTask { try await subject.submit() } }
                while journal.writer.backlog < 64 { await Task.yield() }
                gate.open()
                var ids: Set<FutureID> = [try await first.value]
                for try await id in group { ids.insert(id) }
                #expect(ids.count == 65)
            }
            #expect(journal.counters == .of(commits: 2, submits: 65))
        }
    }

    @Test func anOperationThatFailedAfterWritingFailsAlone() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let gate = WriterGate(journal)
            let first = Task { try await subject.submit() }
            while !gate.isClosed { await Task.yield() }
            let second = Task { try await subject.submit() }
            while journal.writer.backlog < 1 { await Task.yield() }
            let failing = Task {
                try await journal.writer.write { context throws(QueueError) -> Int in
                    try context.needQueue("never")
                    context.count("never", .running, by: 1)
                    throw QueueError(.badInput, "on purpose")
                }
            }
            while journal.writer.backlog < 2 { await Task.yield() }
            let third = Task { try await subject.submit() }
            while journal.writer.backlog < 3 { await Task.yield() }
            gate.open()
            let ids = [try await first.value, try await second.value, try await third.value]
            #expect(Set(ids).count == 3)
            await #expect(throws: QueueError(.badInput, "on purpose")) { try await failing.value }
            #expect(try await journal.stats().queues.keys.sorted() == ["default"])
            #expect(try await journal.stats().total.pending == 3)
            // The queue is known again where it is needed again.
            _ = try await subject.submit { $0.queue = "never" }
        }
    }

    @Test func anOperationThatFailedBeforeWritingDoesNotSplitTheBatch() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let gate = WriterGate(journal)
            let first = Task { try await subject.submit() }
            while !gate.isClosed { await Task.yield() }
            let second = Task { try await subject.submit() }
            let unknown = Task { try await journal.cancelPending([99], reason: "r") }
            let third = Task { try await subject.submit() }
            while journal.writer.backlog < 3 { await Task.yield() }
            gate.open()
            _ = try await (first.value, second.value, third.value)
            await subject.fails(.noSuchFuture) { _ = try await unknown.value }
            #expect(journal.counters == .of(commits: 2, submits: 3))
        }
    }

    @Test func aCancelledCallerStillGetsItsAnswer() async throws {
        try await withTemporaryJournal { journal, _ in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let caller = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await subject.submit()
            }
            let id = try await caller.value
            #expect(try await subject.record(id).state == .pending)
        }
    }

    @Test func aClosedJournalRefusesAndFinishesWhatWaits() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        let gate = WriterGate(journal)
        let first = Task { try await subject.submit() }
        while !gate.isClosed { await Task.yield() }
        let second = Task { try await subject.submit() }
        while journal.writer.backlog < 1 { await Task.yield() }
        journal.writer.close()
        await subject.fails(.shutDown) { _ = try await subject.submit() }
        gate.open()
        _ = try await (first.value, second.value)
        await journal.close()
        await journal.close()
        await subject.fails(.shutDown) { _ = try await journal.stats() }
        await subject.fails(.shutDown) {
            try await subject.requeue(.init(future: 1, number: 1, token: 1))
        }
        let again = try await place.open()
        #expect(try await again.stats().total.pending == 2)
        await again.close()
    }
}

extension JournalCounters {
    fileprivate static func of(commits: Int, submits: Int) -> JournalCounters {
        var counters = JournalCounters()
        counters.commits = commits
        counters.submits = submits
        return counters
    }
}

/// Stops the writer's thread within the first commit that it is told of.
private final class WriterGate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let closed = Mutex(false)

    init(_ journal: SQLiteJournal) {
        journal.setListener { [self] _ in
            let wasClosed = closed.withLock { closed in
                defer { closed = true }
                return closed
            }
            if !wasClosed { opened.wait() }
        }
    }

    /// Whether the writer's thread stands still, or did.
    var isClosed: Bool { closed.withLock { $0 } }

    func open() { opened.signal() }
}
