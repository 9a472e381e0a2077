import Foundation
import Testing

/// That the article names tests which there are, for every fault.
struct ReliabilityArticleTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Row {
        let cells: [String]

        /// What stands in backticks in the last cell.
        var names: [String] {
            (cells.last ?? "").split(separator: "`", omittingEmptySubsequences: false)
                .enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    /// The rows of the tables under `heading`, without those that head them.
    private func rows(under heading: String) throws -> [Row] {
        let path = "Sources/DurableFutures/Documentation.docc/Reliability.md"
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        let part = try #require(
            text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") })
        return part.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            Row(
                cells: line.split(separator: "|").map {
                    $0.trimmingCharacters(in: .whitespaces)
                })
        }.filter { $0.cells.last != "shown by" && $0.cells.last != "---" }
    }

    /// The text of each file of tests, by its path below `Tests`.
    private static let sources: [String: String] = {
        let tests = root.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        let paths = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
        return Dictionary(
            uniqueKeysWithValues: paths.map { path in
                let name = String(path.path.dropFirst(tests.path.count + 1))
                return (name, (try? String(contentsOf: path, encoding: .utf8)) ?? "")
            })
    }()

    /// `Suite.test`, or `Target/Suite.test` where two suites share a name, or `crash --option`.
    private func exists(_ name: String) throws -> Bool {
        if name.hasPrefix("crash --") {
            let option = name.dropFirst("crash --".count).prefix { $0.isLetter }
            let tool = Self.root.appending(path: "tools/crash/CrashCommand.swift")
            return try String(contentsOf: tool, encoding: .utf8).contains("var \(option) =")
        }
        let parts = name.split(separator: "/")
        let words = (parts.last ?? "").split(separator: ".")
        guard words.count == 2 else { return false }
        let directory = parts.count == 2 ? "\(parts[0])/" : ""
        let holders = Self.sources.filter { path, text in
            path.hasPrefix(directory)
                && (text.contains("struct \(words[0]) ") || text.contains("extension \(words[0]) "))
        }
        return holders.values.contains { $0.contains("func \(words[1])(") }
    }

    @Test func everyFaultHasATest() throws {
        let rows = try rows(under: "Faults")
        #expect(rows.map { $0.cells.first } == (1...24).map { "F\($0)" })
        for row in rows {
            #expect(!row.names.isEmpty, "\(row.cells)")
            for name in row.names { #expect(try exists(name), "there is no \(name)") }
        }
    }

    @Test func everythingThatIsSafeHasATest() throws {
        let rows = try rows(under: "Security")
        #expect(rows.count > 4)
        for name in rows.flatMap(\.names) { #expect(try exists(name), "there is no \(name)") }
    }
}
