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
              swift run crash --spawns 100000
              swift run crash --seeded            (what is planted must be found)
            """)

    @Option(help: "Deaths of the daemon by SIGKILL.") var kills = 0
    @Option(help: "Losses of power.") var cuts = 0
    @Option(help: "Commands in one life of the daemon, which must not grow by them.") var spawns = 0
    @Option(help: "Lives of one journal.") var lives = 25
    @Option(help: "Of the choices; the instants remain the machine's.") var seed: UInt64?
    @Flag(help: "Plant each of the known mistakes and see that it is found.") var seeded = false

    func run() async throws {
        if seeded { return try await SeededRun(kills: max(kills, 75), cuts: max(cuts, 10)).run() }
        if spawns > 0 { return try await SpawnRun(count: spawns).run() }
        guard kills + cuts > 0, lives > 0 else {
            throw ValidationError("Say --kills N, --cuts N, --spawns N or --seeded.")
        }
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        var campaign = Campaign(seed: seed, livesOfOneJournal: lives)
        let start = ContinuousClock.now
        if kills > 0 { try await campaign.run(kills, powerCuts: false) }
        if cuts > 0, campaign.violations.isEmpty { try await campaign.run(cuts, powerCuts: true) }
        for violation in campaign.violations { print(violation) }
        print(
            "\(campaign.summary), seed \(seed), \((ContinuousClock.now - start).components.seconds) s"
        )
        if let kept = campaign.kept { print("kept: \(kept)") }
        if !campaign.violations.isEmpty { throw ExitCode(1) }
    }
}
