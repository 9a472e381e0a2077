import Foundation
import FutureJournal
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(10)))
struct GuideTests {
    private static let catalog = ConformanceArticle.path.deletingLastPathComponent()

    private static let guides: [URL] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: catalog.path)
        let articles = (names ?? []).filter { $0.hasSuffix(".md") }.sorted()
        return articles.map { catalog.appending(path: $0) }
            + [ConformanceArticle.root.appending(path: "README.md")]
    }()

    /// The same for code in whatever file and however it is broken into lines: no white space,
    /// nothing that only a place of its own in a program needs.
    private static func plain(_ code: some StringProtocol) -> String {
        let lines = code.split(separator: "\n").map { line in
            var line = line.trimmingCharacters(in: .whitespaces)
            for word in ["static ", "@main "] where line.hasPrefix(word) {
                line.removeFirst(word.count)
            }
            return line
        }
        return lines.filter { !$0.hasPrefix("import ") }.joined()
            .filter { !$0.isWhitespace }
    }

    private static func compiled() throws -> String {
        let file = ConformanceArticle.root.appending(
            path: "Tests/ConformanceTests/GuideCode.swift")
        return plain(try String(contentsOf: file, encoding: .utf8))
    }

    @Test func theGuideRuns() async throws {
        let place = try TemporaryJournal()
        defer { withExtendedLifetime(place) {} }
        try await FromPythonCode.scope(place.location.path)
    }

    @Test(arguments: guides)
    func theCodeOfAGuideIsCompiled(_ guide: URL) throws {
        let compiled = try Self.compiled()
        let text = try String(contentsOf: guide, encoding: .utf8)
        for block in text.matches(of: /```swift\n([\s\S]*?)```/) {
            // Declarations and what uses them stand in one block, but not in one scope.
            for part in block.1.split(separator: "\n\n") {
                let isCompiled = compiled.contains(Self.plain(part))
                // Imports alone are none.
                #expect(
                    isCompiled || Self.plain(part).isEmpty,
                    "no test has this code of \(guide.lastPathComponent):\n\(part)")
            }
        }
    }

    @Test func thereAreGuides() throws {
        #expect(Self.guides.count >= 5)
        let blocks = try Self.guides.reduce(0) { count, guide in
            try count + String(contentsOf: guide, encoding: .utf8).matches(of: /```swift/).count
        }
        #expect(blocks >= 6)
    }

    /// Of each row of the table, what stands around the "…" of its right side.
    @Test func eachLineBesidePythonsIsCompiled() throws {
        let compiled = try Self.compiled()
        let article = Self.catalog.appending(path: "FromPython.md")
        let rows = try String(contentsOf: article, encoding: .utf8)
            .matches(of: /\n\| `[^|]*\| ([^|]*) \|/)
        #expect(rows.count >= 20)
        for row in rows {
            for code in row.1.matches(of: /`([^`]*)`/) {
                for part in code.1.split(separator: "…") {
                    let part = Self.plain(part.trimmingCharacters(in: [" ", "{", "}"]))
                    let isCompiled = part.isEmpty || compiled.contains(part)
                    #expect(isCompiled, "no test has: \(part)")
                }
            }
        }
    }
}
