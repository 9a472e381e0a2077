import ArgumentParser
import Foundation
import Testing

@testable import queuectl

/// `QUEUECTL_TESTS_REWRITE=1 swift test --filter HelpTests` writes the golden texts anew.
@Suite struct HelpTests {
    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Snapshots")

    static let verbs = Queuectl.configuration.subcommands.map { $0._commandName }

    @Test(arguments: [""] + verbs)
    func helpIsAsItWas(verb: String) async throws {
        let bench = Bench()
        #expect(await bench.run((verb.isEmpty ? [] : [verb]) + ["--help"]) == 0)
        #expect(bench.stderr.text == "")
        let name = (["queuectl"] + (verb.isEmpty ? [] : [verb])).joined(separator: "-")
        let file = Self.directory.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["QUEUECTL_TESTS_REWRITE"] == "1" {
            try bench.stdout.data.write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        let difference = Self.difference(from: golden, to: bench.stdout.text)
        #expect(difference.isEmpty, "\(name).txt differs:\n\(difference)")
    }

    @Test(arguments: verbs)
    func helpFitsATerminalAndHasExamples(verb: String) async {
        let bench = Bench()
        _ = await bench.run("help", verb)
        let lines = bench.stdout.text.split(separator: "\n")
        #expect(lines.contains("Examples:"))
        #expect(lines.filter { $0.count > 80 && !$0.hasPrefix("USAGE:") } == [])
        #expect(lines.contains { $0.hasPrefix("  queuectl \(verb)") })
    }

    @Test func noGoldenTextIsLeftOver() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path)
        let expected = ["queuectl.txt"] + Self.verbs.map { "queuectl-\($0).txt" }
        #expect(files.sorted() == expected.sorted())
    }

    private static func difference(from old: String, to new: String) -> String {
        let changes = new.components(separatedBy: "\n")
            .difference(from: old.components(separatedBy: "\n"))
        return changes.map { change in
            switch change {
            case .remove(let line, let text, _): "-\(line + 1): \(text)"
            case .insert(let line, let text, _): "+\(line + 1): \(text)"
            }
        }.joined(separator: "\n")
    }
}
