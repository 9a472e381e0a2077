import FutureModel

/// One operation of a random run. Futures are meant by their place among those there are, so that
/// a step still means something when others before it are left out.
enum ModelStep: Sendable, Hashable {
    case submit([ModelSubmission])
    case claim(PoolKind, limit: Int)
    case settle(Int, ModelOutcome, isStale: Bool)
    case requeue(Int, ModelCause, delay: Int, isStale: Bool)
    case cancelPending([Int])
    case cancelAllPending
    case retry(Int)
    case recoverAll
    case requestCancel(Int)
    case advance(seconds: Int)
    case learnTask
    case reopen

    static func random(_ generator: inout some RandomNumberGenerator) -> ModelStep {
        func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }
        let place = number(0...1000)
        switch number(0...99) {
        case ..<28:
            return .submit(
                (0..<number(1...3)).map { _ in
                    ModelSubmission(
                        task: ModelSubmission.tasks[number(0...3)], argument: number(0...2),
                        queue: ["a", "b"][number(0...1)], priority: number(-1...1),
                        key: number(0...3) == 0 ? number(0...5) : nil,
                        runIn: number(0...5) == 0 ? number(-5...20) : nil)
                })
        case ..<52: return .claim(PoolKind.allCases[number(0...2)], limit: number(1...3))
        case ..<68:
            return .settle(
                place, ModelOutcome.allCases[number(0...2)], isStale: number(0...5) == 0)
        case ..<78:
            return .requeue(
                place, ModelCause.allCases[number(0...3)], delay: number(-1...10),
                isStale: number(0...5) == 0)
        case ..<84: return .cancelPending((0..<number(1...3)).map { _ in number(0...1000) })
        case ..<85: return .cancelAllPending
        case ..<88: return .retry(place)
        case ..<90: return .recoverAll
        case ..<93: return .requestCancel(place)
        case ..<97: return .advance(seconds: number(0...8))
        case ..<98: return .learnTask
        default: return .reopen
        }
    }
}

struct ModelSubmission: Sendable, Hashable {
    /// `late` is unknown until ``ModelStep/learnTask``.
    static let tasks = ["add", "fold", "late", Command.taskName]

    var task: String
    var argument: Int
    var queue: String
    var priority: Int
    var key: Int?
    /// Seconds from now.
    var runIn: Int?
}

enum ModelOutcome: CaseIterable { case succeeded, failed, cancelled }
enum ModelCause: CaseIterable { case error, crash, unchargedCrash, interruption }
