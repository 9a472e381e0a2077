import ArgumentParser
import Foundation
import FutureModel

/// Plants each known mistake and sees that it is found; prints what found it.
struct SeededRun {
    let kills: Int
    let cuts: Int

    private struct Answer {
        var isFound: Bool
        var finder: String
        var finding: String
    }

    func run() async throws {
        var isAllFound = true
        print("planted               found by                      as")
        for bug in SeededBug.allCases {
            let answer = try await look(for: bug)
            isAllFound = isAllFound && answer.isFound
            let name = bug.rawValue.padding(toLength: 22, withPad: " ", startingAt: 0)
            let finder = answer.finder.padding(toLength: 30, withPad: " ", startingAt: 0)
            print("\(name)\(finder)\(answer.isFound ? answer.finding : "NOT FOUND")")
        }
        if !isAllFound { throw ExitCode(1) }
    }

    private func look(for bug: SeededBug) async throws -> Answer {
        switch bug {
        case .noSync:
            if geteuid() != 0 {
                return Answer(isFound: true, finder: "-", finding: "skipped: needs root")
            }
            return try await crash("--cuts", cuts, bug)
        case .replyBeforeCommit, .recoverOnlyOne, .reusedID, .noLeftovers:
            return try await crash("--kills", kills, bug)
        case .settleWithoutToken, .recoverWithoutToken:
            return try await ask(
                ["swift", "test", "--skip-build", "--filter", "FutureJournalTests.ExerciseTests"],
                bug, finder: "the journal's conformance tests"
            ) { $0.hasPrefix("✘ Test ") }
        }
    }

    private func crash(_ option: String, _ count: Int, _ bug: SeededBug) async throws -> Answer {
        try await ask(
            ["/proc/self/exe", option, String(count)], bug, finder: "crash \(option) \(count)"
        ) { $0.hasPrefix("I") }
    }

    private func ask(
        _ arguments: [String], _ bug: SeededBug, finder: String,
        _ isFinding: (Substring) -> Bool
    ) async throws -> Answer {
        let output = "/tmp/crash-seeded-\(getpid())-\(bug.rawValue).log"
        defer { unlink(output) }
        let program = try ChildProgram(
            arguments, environment: ["QUEUECTL_SEEDED": bug.rawValue], log: output)
        guard let code = await program.end(within: .seconds(300)) else {
            program.signal(SIGKILL)
            return Answer(isFound: false, finder: finder, finding: "")
        }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        let finding = text.split(separator: "\n").first(where: isFinding)
        return Answer(isFound: code != 0, finder: finder, finding: finding.map(String.init) ?? "")
    }
}
