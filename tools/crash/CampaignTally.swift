import FutureModel

/// The figures of a campaign.
struct CampaignTally {
    var rounds = 0
    var census = Census()
    private(set) var workerKills = 0
    private var commandKills = 0
    private var ends: [String: Int] = [:]
    private var points: Set<Failpoint> = []
    private var underLoad = 0
    private var acknowledged = 0
    private var survivals: [Duration] = []

    mutating func add(_ state: AcknowledgementLog.State) {
        acknowledged += state.acknowledged.count
        workerKills += state.workerKills
        commandKills += state.commandKills
    }

    mutating func add(_ life: Round.Life, _ end: LifeEnd) {
        if life.isUnderLoad { underLoad += 1 }
        if let survival = life.survival { survivals.append(survival) }
        if let point = life.failpoint {
            points.insert(point)
            ends["at failpoints", default: 0] += 1
            return
        }
        switch end {
        case .kill, .failpoint: ends["at random", default: 0] += 1
        case .powerCut: ends["cuts", default: 0] += 1
        case .shutdown: ends["shutdowns", default: 0] += 1
        }
    }

    func line(violations: Int) -> String {
        func count(_ name: String) -> Int { ends[name, default: 0] }
        let random = count("at random")
        let failpoints = count("at failpoints")
        return """
            \(rounds) journals, \(random + failpoints) kills of owners (\(failpoints) at \
            \(places), \(random) at random), \
            \(workerKills) kills of workers, \(commandKills) of commands, \(count("cuts")) cuts, \
            \(count("shutdowns")) shutdowns, \(underLoad) of these ends under full load, \
            \(acknowledged) acknowledged submits, \(census.settled) settled, \
            \(census.recovered) recovered attempts, \(census.requeued) requeued, \
            \(violations) violations
            """
    }

    /// The named places at which owners have died, and where none has.
    private var places: String {
        let missed = Failpoint.allCases.filter { !points.contains($0) }.map(\.rawValue)
        let count = "\(points.count) of \(Failpoint.allCases.count) failpoints"
        // Where none was to die at one, all were missed.
        if missed.isEmpty || points.isEmpty { return count }
        return "\(count), none at \(missed.joined(separator: ", "))"
    }

    /// How long what a daemon had started outlived it.
    var survival: String? {
        let sorted = survivals.sorted()
        guard let longest = sorted.last else { return nil }
        let median = sorted[sorted.count / 2].milliseconds
        let high = sorted[sorted.count * 99 / 100].milliseconds
        return """
            all that a daemon had started was gone \(median) ms after its end, p99 \(high) ms, \
            longest \(longest.milliseconds) ms, of \(sorted.count)
            """
    }
}
