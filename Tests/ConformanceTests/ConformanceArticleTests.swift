import Foundation
import Testing

/// That the documentation claims what the tests show, and no more.
struct ConformanceArticleTests {
    @Test func everyStatementIsListedOnce() throws {
        let article = try ConformanceArticle()
        #expect(article.statements.map(\.number) == Array(1...126))
        #expect(article.statements.allSatisfy { ["h", "d", "n"].contains($0.verdict) })
        #expect(Set(article.proofs.keys).isSubset(of: 1...126))
    }

    /// Written anew with `UPDATE_CONFORMANCE=1 swift test --filter ConformanceArticle`.
    @Test func theArticleIsWhatTheTestsShow() throws {
        let article = try ConformanceArticle()
        if ProcessInfo.processInfo.environment["UPDATE_CONFORMANCE"] != nil {
            try Data(article.text.utf8).write(to: ConformanceArticle.path)
        }
        let written = try String(contentsOf: ConformanceArticle.path, encoding: .utf8)
        #expect(written == article.text, "run this test with UPDATE_CONFORMANCE=1")
    }
}
