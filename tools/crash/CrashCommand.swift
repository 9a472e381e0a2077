import ArgumentParser
import Foundation
import FutureModel

/// Kills a daemon under load, again and again, and compares what is left with what was said.
struct CrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash",
        abstract: "Kill the daemon under load, or cut its power, and check every promise.",
        discussion: """
            A debug build also dies at named failpoints. Exits with 1 on a violation: then the \
            journal and the logs are kept, and the seed is printed.

            Examples:
              swift run crash --kills 200
              swift run crash --cuts 200          (as root)
              swift run crash --states 2000
              swift run crash --spawns 100000
              swift run crash --seeded            (what is planted must be found)
            """)

    @Option(help: "Deaths of the daemon by SIGKILL.") var kills = 0
    @Option(help: "Losses of power.") var cuts = 0
    @Option(help: "States of the disk after a crash, built from recordings.") var states = 0
    @Option(help: "Commands in one life of the daemon, which must not grow by them.") var spawns = 0
    @Option(help: "Lives of one journal.") var lives = 25
    @Option(help: "Of the choices; the instants remain the machine's.") var seed: UInt64?
    @Flag(help: "Plant each of the known mistakes and see that it is found.") var seeded = false

    func run() async throws {
        if seeded {
            #if !DEBUG
                throw ValidationError("Mistakes can be planted in a debug build only.")
            #endif
            return try await SeededRun().run()
        }
        guard kills + cuts + states + spawns > 0, lives > 0 else {
            throw ValidationError("Say --kills N, --cuts N, --states N, --spawns N or --seeded.")
        }
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        if spawns > 0 { try await SpawnRun(count: spawns).run(Self.build()) }
        if states > 0 { try await enumerate(seed) }
        if kills + cuts > 0 { try await end(seed) }
    }

    private func enumerate(_ seed: UInt64) async throws {
        let start = ContinuousClock.now
        let build = await Self.build()
        var run = StatesRun(count: states, seed: seed)
        try await run.run()
        try report(
            run.violations, "\(run.summary), seed \(seed)", since: start, build, kept: run.kept)
    }

    private func end(_ seed: UInt64) async throws {
        var campaign = Campaign(seed: seed, livesOfOneJournal: lives)
        let start = ContinuousClock.now
        let build = await Self.build()
        if kills > 0 { try await campaign.run(kills, powerCuts: false) }
        if cuts > 0 { try await campaign.run(cuts, powerCuts: true) }
        let count = campaign.violations.count
        var text = "\(campaign.tally.line(violations: count)), seed \(seed)"
        if let survival = campaign.tally.survival { text += "; \(survival)" }
        try report(campaign.violations, text, since: start, build, kept: campaign.kept)
    }

    private func report(
        _ violations: [String], _ text: String, since start: ContinuousClock.Instant,
        _ build: String, kept: [String]
    ) throws {
        for violation in violations { print(violation) }
        print("\(text), \((ContinuousClock.now - start).components.seconds) s, \(build)")
        for directory in kept { print("kept: \(directory)") }
        if !violations.isEmpty { throw ExitCode(1) }
    }

    /// The day, and the commit where it can be known.
    private static func build() async -> String {
        let day = Date.now.formatted(.iso8601.year().month().day())
        let output = "/tmp/crash-\(getpid())-commit"
        defer { unlink(output) }
        do {
            try await crash.run("git", "describe", "--always", "--dirty", log: output)
            let commit = try String(contentsOfFile: output, encoding: .utf8)
            return "\(day), commit \(commit.trimmingCharacters(in: .whitespacesAndNewlines))"
        } catch {
            return day
        }
    }
}
