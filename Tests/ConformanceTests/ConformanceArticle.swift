import Foundation

/// The article `Conformance` of the documentation: every statement of `statements.txt`, with the
/// tests that bear its number. A statement without one is shown as not proved.
struct ConformanceArticle {
    struct Statement {
        let number: Int
        let verdict: String
        let text: String
        let ours: String
    }

    let statements: [Statement]
    /// The names of the tests that bear a number.
    let proofs: [Int: [String]]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let path = root.appending(
        path: "Sources/DurableFutures/Documentation.docc/Conformance.md")

    init() throws {
        let list = Self.root.appending(path: "Tests/ConformanceTests/statements.txt")
        statements = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                return Statement(
                    number: Int(parts[0]) ?? 0, verdict: parts[1], text: parts[2], ours: parts[3])
            }
        proofs = try Self.proofs(in: Self.root.appending(path: "Tests"))
    }

    private static func proofs(in directory: URL) throws -> [Int: [String]] {
        var proofs: [Int: [String]] = [:]
        let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        let paths = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
        for file in paths.sorted(by: { $0.path < $1.path }) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /@Test\(\s*"([^"]+)",\s*\.statement\(([0-9, \n]+)\)/) {
                for number in match.2.split(separator: ",") {
                    let number = Int(number.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
                    proofs[number, default: []].append(String(match.1))
                }
            }
        }
        return proofs
    }

    func word(for statement: Statement) -> String {
        if statement.verdict == "n" { return "no counterpart" }
        if proofs[statement.number] == nil { return "not proved by a test here" }
        return statement.verdict == "h" ? "holds" : "differs by decision"
    }

    var text: String {
        var lines = [
            "# Conformance", "",
            "What Python 3.14 promises of `concurrent.futures`, and what holds here.", "",
            "## Overview", "",
            "Made from the tests, each of which bears the numbers of what it proves. Where the",
            "tests take a handle, they take three: one from `submit`, one re-attached by its id in",
            "another process, and one re-attached after everything was killed and started again.",
            "", "| | In Python | Here | | Tests |", "| --- | --- | --- | --- | --- |",
        ]
        for statement in statements {
            let names = proofs[statement.number]?.joined(separator: "; ") ?? ""
            lines.append(
                "| \(statement.number) | \(statement.text) | \(word(for: statement)) "
                    + "| \(statement.ours) | \(names) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
