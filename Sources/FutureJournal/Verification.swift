package import FutureModel

/// What ``JournalReader/verify(progress:)`` found.
package struct Verification: Codable, Sendable, Hashable {
    /// One thing that cannot be true of a healthy journal.
    package struct Violation: Codable, Sendable, Hashable {
        /// Its name in the list of invariants, `I1` to `I13`.
        package var invariant: String
        /// The future it is about; `nil` where it is about the journal.
        package var future: FutureID?
        /// What is wrong, as a sentence.
        package var message: String

        package init(_ invariant: String, _ future: FutureID? = nil, _ message: String) {
            self.invariant = invariant
            self.future = future
            self.message = message
        }
    }

    /// How many futures the journal holds.
    package var futures: Int
    /// How many rules they were checked against.
    package var rules: Int
    /// By invariant, then by future; of each rule the first ``violationLimit``.
    package var violations: [Violation]

    /// Of each rule; what is broken throughout is not listed row by row.
    package static let violationLimit = 100

    package init(futures: Int, rules: Int, violations: [Violation]) {
        self.futures = futures
        self.rules = rules
        self.violations = violations
    }
}

extension Verification.Violation {
    /// With every key, as everywhere in this project's JSON.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(invariant, forKey: .invariant)
        try container.encode(future, forKey: .future)
        try container.encode(message, forKey: .message)
    }
}

/// How far a verification has come.
package struct VerificationProgress: Sendable, Hashable {
    package var rulesDone: Int
    package var ruleCount: Int
    /// What is being checked, as a sentence.
    package var rule: String
}
