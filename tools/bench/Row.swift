/// One kind of work, done by several sides: ours, the floor under it, and peers.
struct Row: Sendable {
    let name: String
    /// What is done, the same for all sides.
    let work: String
    let sides: [Side]
    let goals: [Goal]
    /// Less than what is asked for, where one run takes long.
    var repetitionLimit = Int.max
}

/// One who does a row's work.
struct Side: Sendable {
    enum Role: String, Codable, Sendable { case ours, floor, peer }

    let name: String
    let role: Role
    /// Why it cannot take part here, if so.
    var absence: String?
    let run: @Sendable (Setting) async throws -> Sample

    static func ours(
        _ name: String, _ run: @escaping @Sendable (Setting) async throws -> Sample
    ) -> Side {
        Side(name: name, role: .ours, run: run)
    }

    static func floor(
        _ name: String, _ run: @escaping @Sendable (Setting) async throws -> Sample
    ) -> Side {
        Side(name: name, role: .floor, run: run)
    }
}

/// What a figure of ours is to reach.
struct Goal: Sendable {
    enum Bound: Sendable { case atLeast(Double), atMost(Double) }

    /// The side that is judged, by name.
    let side: String
    let metric: Metric
    let bound: Bound
    /// The side whose figure the bound is a multiple of; `nil` for a bound as it stands.
    var reference: String?

    static func ratio(
        _ side: String, _ metric: Metric, _ bound: Bound, to reference: String
    ) -> Goal {
        Goal(side: side, metric: metric, bound: bound, reference: reference)
    }
}

/// Thrown where a run's results are not what they must be: its figure would mean nothing.
struct WrongResult: Error, CustomStringConvertible {
    let description: String
}

func check(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    if !holds { throw WrongResult(description: what()) }
}
