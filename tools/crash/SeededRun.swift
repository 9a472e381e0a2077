import ArgumentParser
import Foundation
import FutureModel

/// Plants each known mistake and sees that it is found; prints what found it.
struct SeededRun {
    private static let states = "200"
    private static let widths = [28, 24, 12]

    private enum Check: Hashable {
        case states
        case drill(Drill)

        var name: String {
            switch self {
            case .states: "crash --states \(SeededRun.states)"
            case .drill(let drill): "drill \(drill)"
            }
        }
    }

    private struct Finding {
        var text: String
        var place: String
    }

    func run() async throws {
        var isAsExpected = true
        show("planted", "looked for by", "found in", "as")
        for check in [Check.states] + Drill.allCases.map(Check.drill) {
            let finding = try await find(nil, check)
            if finding != nil { isAsExpected = false }
            show("nothing", check.name, finding?.place ?? "-", finding?.text ?? "nothing, as it is")
        }
        for bug in SeededBug.allCases {
            let check = Self.check(for: bug)
            let finding = try await find(bug, check)
            if finding == nil { isAsExpected = false }
            show("\(bug)", check.name, finding?.place ?? "-", finding?.text ?? "NOT FOUND")
        }
        show("a payload's file not synced", "-", "-", "there are no such files")
        if !isAsExpected { throw ExitCode(1) }
    }

    private static func check(for bug: SeededBug) -> Check {
        switch bug {
        case .noSync, .replyBeforeCommit, .settleWithoutToken, .recoverWithoutToken, .reusedID:
            .states
        case .recoverOnlyOne: .drill(.recovery)
        case .noLeftovers: .drill(.ownerDies)
        case .killWithoutTree: .drill(.timeLimit)
        }
    }

    private func find(_ bug: SeededBug?, _ check: Check) async throws -> Finding? {
        switch check {
        case .drill(let drill):
            return try await drill.play(bug).map { Finding(text: $0, place: "1 round") }
        case .states: return try await findInStates(bug)
        }
    }

    /// In a process of its own, since there the mistake is the tool's own.
    private func findInStates(_ bug: SeededBug?) async throws -> Finding? {
        let output = "/tmp/crash-seeded-\(getpid()).log"
        defer { unlink(output) }
        let program = try ChildProgram(
            ["/proc/self/exe", "--states", Self.states, "--seed", "1"],
            environment: ["QUEUECTL_SEEDED": bug?.rawValue ?? ""], log: output)
        guard let code = await program.end(within: .seconds(300)) else {
            program.signal(SIGKILL)
            throw Failure("'crash --states' did not end in time.")
        }
        if code == 0 { return nil }
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let lines = text.split(separator: "\n")
        for line in lines where line.hasPrefix("kept: ") {
            let state = String(line.dropFirst("kept: ".count))
            let parent = (state as NSString).deletingLastPathComponent
            try? FileManager.default.removeItem(atPath: parent)
        }
        guard let line = lines.first(where: { $0.hasPrefix("I") }) else {
            throw Failure("'crash --states' failed: \(text)")
        }
        let parts = line.components(separatedBy: " (in ")
        let place = parts.count > 1 ? parts[1].prefix { $0 != "," } : "the script"
        return Finding(text: parts[0], place: String(place))
    }

    private func show(_ cells: String...) {
        let padded = zip(cells, Self.widths).map { cell, width in
            cell.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        print((padded + [cells[3]]).joined())
    }
}
