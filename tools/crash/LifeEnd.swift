import FutureModel

/// How one life of a daemon ends.
enum LifeEnd: Hashable {
    case kill(Moment)
    /// Where the program comes to this place for the `count`-th time.
    case failpoint(Failpoint, count: Int)
    case powerCut(Moment)
    case shutdown(Moment)

    /// When, counted in what the daemon does: a busy machine meets the same work as an idle one.
    enum Moment: Hashable {
        /// In thousandths of what a start takes, from its beginning.
        case starting(Int)
        /// So many microseconds after so many submits are acknowledged and work of every kind has
        /// begun.
        case working(acknowledged: Int, microseconds: Int)
    }

    var isShutdown: Bool {
        if case .shutdown = self { true } else { false }
    }

    /// A failpoint that has not been met by then will not be.
    static let patience = Moment.working(acknowledged: 90, microseconds: 0)

    /// What `random` chooses for the life with that number of one journal.
    static func choose(
        _ random: inout SeededGenerator, life: Int, powerCuts: Bool
    ) -> LifeEnd {
        if powerCuts { return .powerCut(moment(&random)) }
        switch random.number(0...99) {
        case ..<54: return .kill(moment(&random))
        case ..<96:
            // A new journal is made once in many lives.
            let isNew = life == 0 && random.chance(50)
            let point = random.pick(Failpoint.allCases.filter { $0.isOfANewJournal == isNew })
            return .failpoint(point, count: random.number(1...point.usualHits))
        default: return .shutdown(moment(&random))
        }
    }

    private static func moment(_ random: inout SeededGenerator) -> Moment {
        if random.chance(10) { return .starting(random.number(0...1200)) }
        return .working(
            acknowledged: random.number(1...50), microseconds: random.number(0...25_000))
    }
}

extension Failpoint {
    fileprivate var isOfANewJournal: Bool { self == .journalIsDrafted || self == .journalIsNamed }

    /// How often a life under load comes there, about.
    fileprivate var usualHits: Int {
        switch self {
        case .beforeBegin, .afterBegin, .beforeCommit, .afterCommit, .afterReply: 50
        case .betweenOperations: 90
        case .attemptBegins, .attemptEnds: 15
        case .beforeSpawn, .afterSpawn, .afterExit, .afterReap: 6
        case .beforeCheckpoint, .beforeLeftovers, .afterLeftovers, .beforeRecovery,
            .afterRecovery, .journalIsDrafted, .journalIsNamed:
            1
        }
    }
}
