import Foundation
import FutureJournal
import FutureModel
import TestSupport

/// A journal's life in a few writes on a disk that fails somewhere, and the states in which each
/// future may be found afterwards.
struct DiskScript {
    let place: TemporaryJournal
    private(set) var allowed: [FutureID: Set<FutureState>] = [:]
    /// What failed, in order.
    private(set) var errors: [QueueError] = []
    /// Writes that were acknowledged after one had failed with `ioError` or `badJournal`.
    private(set) var acknowledgedAfterStop = 0

    /// Whether there was a journal at all: of one that is being made only a draft is lost.
    private(set) var hasJournal = false
    /// Attempts whose end was not recorded, although they had been claimed.
    private(set) var lostEnds = 0

    /// Checkpoints come after a few writes.
    static let log: LogLimits = {
        var log = LogLimits()
        log.checkpoint = 10
        return log
    }()

    private static let text = "[\"\(String(repeating: "x", count: 9_000))\"]"

    init(_ place: TemporaryJournal) { self.place = place }

    /// From the making of the journal to its close. What ended is reported again as long as the
    /// disk is full, which `mend` puts an end to.
    mutating func run(mend: () -> Void) async {
        let place = place
        guard let journal = await write({ try await place.open(log: Self.log) }) else { return }
        hasJournal = true
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        for text in ["[1]", Self.text, Self.text, "[2]"] {
            await submit(text, subject)
        }
        let waiting = allowed.keys
        let claimed = await write { try await subject.claim(limit: 3) }
        for id in claimed?.map(\.id.future) ?? Array(waiting) { allow(id, .running, claimed) }
        for (number, attempt) in (claimed ?? []).enumerated() {
            let end: FutureState = number == 1 ? .pending : .succeeded
            let body = { () async throws -> Void in
                if number == 1 { return try await subject.requeue(attempt.id) }
                try await subject.settle(attempt.id, output: .init(stdout: .init(bytes: Data([1]))))
            }
            var done: Void? = await write(body)
            if done == nil, errors.last?.code == .diskFull {
                mend()
                done = await write(body)
            }
            if done == nil { lostEnds += 1 }
            allow(attempt.id.future, end, done)
        }
        if let last = waiting.max() {
            let found = await write { try await journal.cancelPending([last], reason: "test") }
            // What had been claimed is left alone.
            if found == nil || found == [.pending] { allow(last, .cancelled, found) }
        }
        await submit(Self.text, subject)
        await journal.close()
    }

    private mutating func submit(_ text: String, _ subject: JournalUnderTest) async {
        if let id = await write({ try await subject.submit("add", text) }) {
            allowed[id] = [.pending]
        }
    }

    private mutating func write<Value>(_ body: () async throws -> Value) async -> Value? {
        do {
            let value = try await body()
            let stops = [QueueError.Code.ioError, .badJournal]
            if errors.contains(where: { stops.contains($0.code) }) { acknowledgedAfterStop += 1 }
            return value
        } catch {
            errors.append((error as? QueueError) ?? QueueError(.badInput, "\(error)"))
            return nil
        }
    }

    /// What was acknowledged is so; what was not may be so.
    private mutating func allow<Value>(_ id: FutureID, _ state: FutureState, _ done: Value?) {
        if done == nil { allowed[id, default: []].insert(state) } else { allowed[id] = [state] }
    }
}
