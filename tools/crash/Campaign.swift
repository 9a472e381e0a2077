import Foundation
import FutureModel

/// Many rounds, and what came of them.
struct Campaign {
    let seed: UInt64
    let livesOfOneJournal: Int
    private(set) var violations: [String] = []
    /// The directory of the round that went wrong.
    private(set) var kept: String?
    private var ends: [String: Int] = [:]
    private var acknowledgements = 0
    private var futures = 0
    private var workerKills = 0
    private var rounds = 0

    init(seed: UInt64, livesOfOneJournal: Int) {
        self.seed = seed
        self.livesOfOneJournal = livesOfOneJournal
    }

    mutating func run(_ count: Int, powerCuts: Bool) async throws {
        var done = 0
        while done < count, violations.isEmpty {
            let directory = "/tmp/crash-\(getpid())-\(rounds)"
            var round = try await Round(in: directory, onDisk: powerCuts)
            do {
                done += try await live(
                    &round, atMost: count - done, powerCuts: powerCuts)
                if violations.isEmpty { violations = try await round.drain() }
            } catch {
                violations.append("the tool failed: \(error)")
            }
            account(for: round)
            if violations.isEmpty { try await round.remove() } else { kept = directory }
            progress(done, count)
        }
        show("")
    }

    /// Lives of one journal; how many of them ended as was asked for.
    private mutating func live(
        _ round: inout Round, atMost limit: Int, powerCuts: Bool
    ) async throws -> Int {
        var done = 0
        for life in 0..<livesOfOneJournal where done < limit {
            var random = SeededGenerator(seed &+ UInt64(rounds * 1000 + life))
            let end = Self.end(&random, powerCuts: powerCuts)
            let (found, hit) = try await round.live(until: end, seed: random.next())
            switch end {
            case .kill: ends["kills at random", default: 0] += 1
            case .failpoint(let point, _):
                ends[hit ? "kills at failpoints" : "kills at random", default: 0] += 1
                if hit { points.insert(point) }
            case .powerCut: ends["power cuts", default: 0] += 1
            case .shutdown: ends["shutdowns", default: 0] += 1
            }
            if case .shutdown = end {} else { done += 1 }
            violations = found
            if !found.isEmpty { return done }
        }
        return done
    }

    private var points: Set<Failpoint> = []

    private static func end(_ random: inout SeededGenerator, powerCuts: Bool) -> Round.End {
        // Some while it starts and recovers, most under load.
        let delay = random.chance(25) ? random.number(0...60_000) : random.number(40_000...350_000)
        if powerCuts { return .powerCut(delay) }
        switch random.number(0...99) {
        case ..<50: return .kill(delay)
        case ..<92:
            let point = random.pick(Failpoint.allCases)
            return .failpoint(point, count: random.chance(40) ? 1 : random.number(1...60))
        default: return .shutdown(delay)
        }
    }

    private mutating func account(for round: Round) {
        rounds += 1
        let state = round.log.current
        acknowledgements += state.acknowledged.count
        workerKills += state.workerKills
        futures += round.futureCount
    }

    private func progress(_ done: Int, _ count: Int) {
        show("\(done) of \(count), \(futures) futures")
    }

    private func show(_ text: String) {
        guard isatty(STDERR_FILENO) != 0 else { return }
        FileHandle.standardError.write(Data("\r\u{1b}[K\(text)".utf8))
    }

    var summary: String {
        let ends = ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return """
            \(ends.joined(separator: ", ")) (\(points.count) of \(Failpoint.allCases.count) \
            failpoints), \(workerKills) kills of workers, \(acknowledgements) acknowledged \
            submits, \(futures) futures ended, \(violations.count) violations
            """
    }
}
