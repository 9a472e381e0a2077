/// A row as it was measured.
struct RowReport: Codable, Sendable {
    struct SideReport: Codable, Sendable {
        var name: String
        var role: Side.Role
        var absence: String?
        var figures: [Metric: Spread]
    }

    struct Verdict: Codable, Sendable {
        var goal: String
        /// Of the figure itself, or of its ratio to the reference in the same repetition.
        var measured: Spread?
        var isReached: Bool?
    }

    var name: String
    var work: String
    var sides: [SideReport]
    var verdicts: [Verdict]

    init(_ row: Row, _ samples: [[Sample]]) {
        name = row.name
        work = row.work
        sides = zip(row.sides, samples).map { side, samples in
            var figures: [Metric: Spread] = [:]
            for metric in Metric.allCases {
                figures[metric] = Spread(samples.compactMap { $0[metric] })
            }
            return SideReport(
                name: side.name, role: side.role, absence: side.absence, figures: figures)
        }
        let byName = Dictionary(
            zip(row.sides.map(\.name), samples), uniquingKeysWith: { first, _ in first })
        verdicts = row.goals.map { Verdict($0, byName) }
    }
}

extension RowReport.Verdict {
    fileprivate init(_ goal: Goal, _ samples: [String: [Sample]]) {
        self.goal = goal.text
        let own = (samples[goal.side] ?? []).compactMap { $0[goal.metric] }
        var values = own
        if let reference = goal.reference {
            let others = (samples[reference] ?? []).compactMap { $0[goal.metric] }
            values = zip(own, others).map { $0 / $1 }
        }
        measured = Spread(values)
        isReached = measured.map { spread in
            switch goal.bound {
            case .atLeast(let least): spread.median >= least
            case .atMost(let most): spread.median <= most
            }
        }
    }
}

extension Goal {
    /// As in `threads ≥ 0.6 × floor (per second)`.
    var text: String {
        let (sign, value) =
            switch bound {
            case .atLeast(let least): ("≥", least)
            case .atMost(let most): ("≤", most)
            }
        let amount = reference.map { "\(value.short) × \($0)" } ?? value.short
        return "\(side) \(sign) \(amount) (\(metric.label))"
    }
}

extension Metric {
    var label: String {
        switch self {
        case .perSecond: "per second"
        case .p50: "p50, µs"
        case .p99: "p99, µs"
        case .milliseconds: "ms"
        case .megabytes: "MB"
        case .megabytesAtTenth: "MB after a tenth"
        case .growth: "times its first tenth's memory"
        case .journalMegabytes: "MB of journal"
        case .wakeUps: "wake-ups a minute"
        }
    }
}

extension Double {
    /// With as many digits as it deserves.
    var short: String {
        if self >= 100 { return Int(rounded()).grouped }
        let scale: Double = self >= 10 ? 10 : 100
        let rounded = (self * scale).rounded() / scale
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}

extension Int {
    /// With a comma between thousands.
    fileprivate var grouped: String {
        var digits = Array(String(self))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return String(digits)
    }
}
