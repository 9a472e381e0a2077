import Foundation
import FutureModel

/// Many rounds, and what came of them.
struct Campaign {
    let seed: UInt64
    let livesOfOneJournal: Int
    private(set) var violations: [String] = []
    /// The directories of the rounds that went wrong.
    private(set) var kept: [String] = []
    private(set) var tally = CampaignTally()
    private var announced = 0

    /// As many rounds may go wrong before it gives up.
    private static let patience = 5

    init(seed: UInt64, livesOfOneJournal: Int) {
        self.seed = seed
        self.livesOfOneJournal = livesOfOneJournal
    }

    /// Until so many daemons have died, and as many workers where it is not the power that ends
    /// them.
    mutating func run(_ count: Int, powerCuts: Bool) async throws {
        var done = 0
        let workersBefore = tally.workerKills
        while done < count || (!powerCuts && tally.workerKills - workersBefore < count),
            kept.count < Self.patience
        {
            let directory = "/tmp/crash-\(getpid())-\(tally.rounds)"
            var round = try await Round(in: directory, onDisk: powerCuts)
            var found: [String] = []
            do {
                found = try await live(&round, powerCuts: powerCuts, &done)
                if found.isEmpty { found = try await round.drain() }
                if found.isEmpty { tally.census += try await round.census() }
            } catch {
                found.append("the tool failed: \(error)")
            }
            tally.add(round.log.current)
            if found.isEmpty { try await round.remove() } else { keep(directory, found) }
            tally.rounds += 1
            progress("\(done) of \(count)")
        }
    }

    private mutating func keep(_ directory: String, _ found: [String]) {
        let roundSeed = seed &+ UInt64(tally.rounds * 1000)
        violations += found + ["in a round of its own: --seed \(roundSeed)"]
        kept.append(directory)
    }

    /// Lives of one journal, until one went wrong: what was found.
    private mutating func live(
        _ round: inout Round, powerCuts: Bool, _ done: inout Int
    ) async throws -> [String] {
        for number in 0..<livesOfOneJournal {
            var random = SeededGenerator(seed &+ UInt64(tally.rounds * 1000 + number))
            let end = LifeEnd.choose(&random, life: number, powerCuts: powerCuts)
            let life = try await round.live(
                until: end, seed: random.next(), alone: random.chance(40))
            tally.add(life, end)
            if !end.isShutdown { done += 1 }
            if !life.violations.isEmpty { return life.violations }
        }
        return []
    }

    /// On a terminal at each round; else a line now and then.
    private mutating func progress(_ text: String) {
        let isTerminal = isatty(STDERR_FILENO) != 0
        if !isTerminal, tally.rounds < announced + 10 { return }
        announced = tally.rounds
        let line = "\(text): \(tally.line(violations: violations.count))"
        FileHandle.standardError.write(
            Data((isTerminal ? "\r\u{1b}[K\(line.prefix(100))" : "\(line)\n").utf8))
    }
}
