import FutureMigrations
import FutureModel

/// Checks a journal against every rule, on one connection and in the transaction of its caller.
struct Verifier {
    let connection: Connection
    let progress: @Sendable (VerificationProgress) -> Void

    /// Nothing here fails as a whole: what cannot be checked is itself a finding.
    func run() -> Verification {
        var violations: [Verification.Violation] = []
        let count = VerifierRule.all.count + 1
        progress(
            .init(rulesDone: 0, ruleCount: count, rule: "The schema is that of its migrations."))
        violations += found(by: "The schema", differencesOfSchema)
        for (index, rule) in VerifierRule.all.enumerated() {
            progress(.init(rulesDone: index + 1, ruleCount: count, rule: rule.sentence))
            violations += found(by: "A rule of \(rule.invariant)") { () throws(QueueError) in
                try connection.statement(
                    "SELECT * FROM (\(rule.sql)) LIMIT \(Verification.violationLimit)"
                ).all { row in rule.violation(row.optionalInteger(), row.optionalText()) }
            }
        }
        var futures = 0
        violations += found(by: "The number of futures") { () throws(QueueError) in
            futures = try futureCount()
            return []
        }
        violations.sort { ($0.invariant.number, $0.future) < ($1.invariant.number, $1.future) }
        return Verification(
            futures: futures, rules: count, violations: violations)
    }

    private func found(
        by check: String, _ body: () throws(QueueError) -> [Verification.Violation]
    ) -> [Verification.Violation] {
        do throws(QueueError) {
            return try body()
        } catch {
            return [.init("I13", nil, "\(check) cannot be checked: \(error)")]
        }
    }

    /// A table, index or trigger that is missing, altered or not of this program.
    private func differencesOfSchema() throws(QueueError) -> [Verification.Violation] {
        let expected = try JournalSchema(after: Migration.all)
        return try JournalSchema(of: connection).differences(from: expected).map {
            .init("I13", nil, $0)
        }
    }

    private func futureCount() throws(QueueError) -> Int {
        try connection.statement("SELECT count(*) FROM futures").first { $0.int() } ?? 0
    }
}

extension VerifierRule {
    fileprivate func violation(_ future: Int64?, _ detail: String?) -> Verification.Violation {
        let parts = sentence.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        return .init(
            invariant, future.map { FutureID(rawValue: $0) },
            parts.joined(separator: detail ?? "nothing"))
    }
}

extension String {
    /// 13 of `I13`.
    fileprivate var number: Int { Int(dropFirst()) ?? 0 }
}

private func < (
    left: (Int, FutureID?), right: (Int, FutureID?)
) -> Bool {
    (left.0, left.1?.rawValue ?? 0) < (right.0, right.1?.rawValue ?? 0)
}
