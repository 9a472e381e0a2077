import FutureModel

/// What a journal must hold after a crash at one point of a recording.
struct Expectation: Sendable {
    private let ledger: Ledger.State
    /// The last that had been told of each future by then.
    private var told: [FutureID: Ledger.Row] = [:]
    /// What had been asked and not been answered: it may have been done.
    private var open: [Ledger.Effect] = []

    init(_ ledger: Ledger.State, at point: Int) {
        self.ledger = ledger
        let answered = ledger.requests.filter { ($0.told ?? .max) < point }
        for request in answered.sorted(by: { $0.told! < $1.told! }) {
            told.merge(request.rows) { $1 }
        }
        open = ledger.requests.filter { $0.asked < point && ($0.told ?? .max) >= point }
            .map(\.effect)
    }

    /// The highest id that had been told.
    var lastID: FutureID? { told.keys.max() }

    var isEmpty: Bool { told.isEmpty }

    /// Where the journal does not keep what was said. `outputs` are those of the latest attempts
    /// that have ended.
    func violations(
        _ records: [FutureRecord], _ outputs: [FutureID: CapturedOutput]
    ) -> [String] {
        var found: [String] = []
        let byID = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0) })
        for (id, row) in told {
            guard let record = byID[id] else {
                found.append("I1: future \(id) was acknowledged and is gone")
                continue
            }
            if Load.serial(record) != ledger.serials[id] {
                found.append("I1: future \(id) was acknowledged as another one")
            }
            let actual = record.row(outputs[id])
            if !possible(id, row).contains(actual) {
                found.append("I1: future \(id) was told to be \(row) and is \(actual)")
            }
        }
        return found + strangers(records.filter { told[$0.id] == nil }, outputs)
    }

    /// Of a future that was last told to be `row`, what it may be by now.
    private func possible(_ id: FutureID, _ row: Ledger.Row) -> Set<Ledger.Row> {
        var rows: Set<Ledger.Row> = [row]
        for effect in open {
            if case .become(let new) = effect, let row = new[id] { rows.insert(row) }
        }
        return rows.union(claimed(rows))
    }

    private func claimed(_ rows: Set<Ledger.Row>) -> Set<Ledger.Row> {
        let isClaiming = open.contains { if case .claim = $0 { true } else { false } }
        guard isClaiming else { return [] }
        return Set(rows.filter { $0.state == .pending }.map(\.claimed))
    }

    /// I2: what was not acknowledged is there as a whole or not at all.
    private func strangers(
        _ records: [FutureRecord], _ outputs: [FutureID: CapturedOutput]
    ) -> [String] {
        var found: [String] = []
        let new: Set<Ledger.Row> = [.new]
        var serials: Set<Int> = []
        var origins: Set<FutureID> = []
        for record in records {
            if let origin = record.retryOf {
                origins.insert(origin)
            } else if let serial = Load.serial(record) {
                serials.insert(serial)
            }
            let row = record.row(outputs[record.id])
            if !new.union(claimed(new)).contains(row) {
                found.append("I2: future \(record.id), not acknowledged, is \(row)")
            }
        }
        for effect in open {
            switch effect {
            case .submit(let batch):
                let present = serials.intersection(batch)
                serials.subtract(batch)
                if !present.isEmpty, present.count < batch.count {
                    found.append("I2: of the request \(batch) only \(present.sorted()) is there")
                }
            case .retry(let origin): origins.remove(origin)
            case .claim, .become: break
            }
        }
        found += serials.map { "I2: submission \($0) is there and nobody asked for it" }
        return found + origins.map { "I2: future \($0) is repeated and nobody asked for it" }
    }
}

extension FutureRecord {
    func row(_ output: CapturedOutput?) -> Ledger.Row {
        Ledger.Row(
            state: state, attempt: attempt, outcome: outcome, output: output ?? CapturedOutput(),
            cancelRequested: cancelRequested)
    }
}
