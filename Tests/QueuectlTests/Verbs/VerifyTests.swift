import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10)))
struct VerifyTests {
    @Test func aHealthyJournal() async throws {
        try await withTemporaryJournal { _, location in
            let bench = Bench()
            #expect(await bench.run("verify", "--journal", location.path) == 0)
            #expect(bench.stdout.text == "")
            #expect(bench.stderr.text.hasSuffix("rules: every invariant holds.\n"))
            let json = Bench()
            #expect(await json.run("verify", "--json", "--journal", location.path) == 0)
            let document = try json.json()
            #expect(document["violations"] == .array([]))
            #expect(document["futures"] == .integer(0))
        }
    }

    @Test func aViolationIsPrintedAndTheExitCodeIs1() {
        let violation = Verification.Violation("I4", 7, "It is odd.")
        #expect(violation.line == "I4  future 7  It is odd.")
        let found = Verification(futures: 1, rules: 3, violations: [violation])
        #expect(found.exitCode == 1)
        #expect(found.summary == "1 future, 3 rules: 1 violation of an invariant.")
    }

    @Test func noJournalIsRefused() async throws {
        let place = try TemporaryJournal()
        let bench = Bench()
        let code = await bench.run("verify", "--journal", place.location.path)
        #expect(code == QueueError.Code.noAccess.exitCode)
    }
}
