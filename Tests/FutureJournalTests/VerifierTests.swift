import Foundation
import FutureModel
import GRDB
import TestSupport
import Testing

@testable import FutureJournal

/// A healthy journal is found healthy, and each kind of damage is found for what it is.
@Suite(.timeLimit(.minutes(10)))
struct VerifierTests {
    /// Something planted behind the schema's back.
    struct Damage: Sendable, CustomTestStringConvertible {
        var sql: String
        var invariant: String
        var future: FutureID?
        /// The beginning of what is to be said.
        var message: String

        init(_ invariant: String, _ future: FutureID?, _ message: String, _ sql: String) {
            self.sql = sql
            self.invariant = invariant
            self.future = future
            self.message = message
        }

        var testDescription: String { sql }
    }

    private func verify(_ place: TemporaryJournal) async throws -> Verification {
        let reader = try JournalReader.open(place.location, forVerification: true)
        defer { reader.close() }
        return try await reader.verify()
    }

    /// Without triggers, foreign keys and CHECKs, which are all there again afterwards.
    private func plant(_ sql: String, in place: TemporaryJournal) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let database = try DatabaseQueue(path: place.location.path, configuration: configuration)
        try database.writeWithoutTransaction { db in
            let triggers = try Row.fetchAll(
                db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"]!)") }
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try db.execute(sql: sql)
            for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        }
        try database.close()
    }

    @Test func aNewJournalIsHealthy() async throws {
        let place = try TemporaryJournal()
        await (try place.open()).close()
        #expect(try await verify(place).violations == [])
    }

    @Test func aJournalWithEveryKindOfFutureIsHealthy() async throws {
        let place = try await Self.exampleJournal()
        let found = try await verify(place)
        #expect(found.violations == [] && found.futures == 11)
        #expect(found.rules == VerifierRule.all.count + 1)
    }

    @Test func anOwnedJournalIsVerifiedWhileItIsWritten() async throws {
        try await withTemporaryJournal { journal, location in
            let subject = JournalUnderTest(journal: journal, time: ManualTime())
            let reader = try JournalReader.open(location)
            for count in 1...20 {
                _ = try await subject.submit()
                let found = try await reader.verify()
                #expect(found.violations == [] && found.futures == count)
            }
            reader.close()
        }
    }

    @Test(arguments: damages)
    func isFound(_ damage: Damage) async throws {
        let place = try await Self.exampleJournal()
        try plant(damage.sql, in: place)
        let found = try await verify(place).violations
        let isFound = found.contains {
            $0.invariant == damage.invariant && $0.future == damage.future
                && $0.message.hasPrefix(damage.message)
        }
        #expect(isFound, "\(found)")
    }

    /// One damaged record: it is named, with what is damaged, and the others are there.
    @Test(
        arguments: [
            (6, "'on_crash' holds the unknown word 'x'", "UPDATE requests SET on_crash = 'x'"),
            (6, "'arguments' holds no JSON", "UPDATE requests SET arguments = '[01]'"),
            (11, "'arguments' holds no command", "UPDATE requests SET arguments = '[]'"),
            (6, "'hold' holds the unknown word 'x'", "UPDATE futures SET hold = 'x'"),
            (6, "'state' holds the unknown word 'x'", "UPDATE futures SET state = 'x'"),
            (1, "'value' holds no JSON", "UPDATE outcomes SET value = '1.'"),
            (2, "'payload' holds no JSON", "UPDATE outcomes SET payload = ''"),
            (1, "It has succeeded, and no such outcome", "DELETE FROM outcomes"),
        ] as [(FutureID, String, String)])
    func oneDamagedRecordDoesNotHideTheOthers(
        _ id: FutureID, _ words: String, _ sql: String
    ) async throws {
        let place = try await Self.exampleJournal()
        let key = sql.contains(" futures ") ? "id" : "future_id"
        try plant("\(sql) WHERE \(key) = \(id)", in: place)
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        let list = try await reader.list(ListFilter())
        #expect(
            list.futures.map(\.id)
                == (1...11).reversed().filter { $0 != id.rawValue }
                .map(FutureID.init(rawValue:)))
        let message = try #require(list.unreadable?.first?.message)
        #expect(list.unreadable?.map(\.id) == [id])
        #expect(message.hasPrefix("Future \(id) cannot be read. "), "\(message)")
        #expect(message.contains(words) && message.contains("queuectl verify"), "\(message)")
        let error = QueueError(.badJournal, message)
        await #expect(throws: error) { try await reader.records([id]) }
    }

    @Test func everyRuleHasBeenSeenToFail() {
        for rule in VerifierRule.all where rule.sentence != "The database is damaged: %." {
            let beginning = rule.sentence.split(separator: "%")[0]
            let isCovered = Self.damages.contains {
                $0.invariant == rule.invariant
                    && ($0.message.hasPrefix(beginning) || beginning.hasPrefix($0.message))
            }
            #expect(isCovered, "no damage for: \(rule.sentence)")
        }
    }

    @Test func aFlippedByteIsFound() async throws {
        let place = try TemporaryJournal()
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        for _ in 0..<2000 { _ = try await subject.submit() }
        await journal.close()
        let file = try FileHandle(forUpdatingAtPath: place.location.path).unwrapped
        let size = try file.seekToEnd()
        // The head of some page in the middle: its type, its free space, its cells.
        try file.seek(toOffset: size / 2 / 4096 * 4096)
        try file.write(contentsOf: Data([0xff, 0x00, 0xff, 0xff, 0xff, 0xff]))
        try file.close()
        let found = try await verify(place).violations
        #expect(found.contains { $0.invariant == "I13" && $0.message.contains("damaged") })
    }

    @Test func progressGoesThroughEveryRule() async throws {
        let place = try await Self.exampleJournal()
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        let (steps, continuation) = AsyncStream<VerificationProgress>.makeStream()
        _ = try await reader.verify { continuation.yield($0) }
        continuation.finish()
        var done: [Int] = []
        for await step in steps { done.append(step.rulesDone) }
        #expect(done == Array(0..<VerifierRule.all.count + 1))
    }
}

extension Optional {
    fileprivate var unwrapped: Wrapped {
        get throws { try #require(self) }
    }
}
