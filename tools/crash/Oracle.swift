import Foundation
import FutureJournal
import FutureModel

/// Compares what a journal holds with what was acknowledged, seen and traced outside of it.
struct Oracle {
    let location: JournalLocation
    let log: AcknowledgementLog
    let traces: Traces
    /// Of the last look: what had ended then must be the same now.
    private var ended: [FutureID: FutureRecord] = [:]

    init(location: JournalLocation, log: AcknowledgementLog, traces: Traces) {
        self.location = location
        self.log = log
        self.traces = traces
    }

    /// The violations there are, at a moment when nobody owns the journal.
    mutating func look(isDrained: Bool = false) async throws -> [String] {
        guard FileManager.default.fileExists(atPath: location.path) else {
            return log.current.acknowledged.isEmpty ? [] : ["I1: the journal is gone"]
        }
        let verification: Verification
        let records: [FutureRecord]
        do {
            (verification, records) = try await readJournal()
        } catch {
            return ["I13: the journal cannot be read: \(error)"]
        }
        // Marks come before the end of an attempt, so what is read last is complete.
        let marks = traces.read()
        var found = verification.violations.map {
            "\($0.invariant): future \($0.future?.description ?? "-"): \($0.message)"
        }
        let said = log.current
        found += said.complaints + presence(records, said) + answers(records, said)
        found += immutability(records) + runs(records, marks)
        if isDrained {
            found += records.filter { !$0.state.isTerminal }.map {
                "I8: future \($0.id) is still \($0.state), \($0.reason ?? "")"
            }
        }
        return found
    }

    private func readJournal() async throws -> (Verification, [FutureRecord]) {
        let reader = try JournalReader.open(location)
        defer { reader.close() }
        let verification = try await reader.verify()
        return (verification, try await all(reader))
    }

    private func all(_ reader: JournalReader) async throws -> [FutureRecord] {
        var records: [FutureRecord] = []
        var filter = ListFilter(limit: Limits.listCount)
        while true {
            let page = try await reader.list(filter).futures
            records += page
            guard page.count == filter.limit, let last = page.last else { return records }
            filter.before = last.id
        }
    }

    /// I1, I2, I11: what was acknowledged is there, once, under its id.
    private func presence(
        _ records: [FutureRecord], _ state: AcknowledgementLog.State
    ) -> [String] {
        var found: [String] = []
        let originals = records.filter { $0.retryOf == nil }
        var bySerial: [Int: FutureRecord] = [:]
        for record in originals {
            guard let serial = Load.serial(record) else { continue }
            if let other = bySerial.updateValue(record, forKey: serial) {
                found.append("I2: futures \(other.id) and \(record.id) are submission \(serial)")
            }
        }
        for (serial, id) in state.acknowledged where bySerial[serial]?.id != id {
            found.append(
                "I1: submission \(serial) was acknowledged as \(id) and is "
                    + (bySerial[serial].map { "\($0.id)" } ?? "gone"))
        }
        for batch in state.unanswered {
            let batch = batch.filter { state.keyed[$0] == nil }
            let present = batch.filter { bySerial[$0] != nil }
            if !present.isEmpty, present.count < batch.count {
                found.append("I2: of the request \(batch) only \(present) is there")
            }
        }
        return found
    }

    /// I3, I9, I10: what the client was told of ends is what the journal says.
    private func answers(
        _ records: [FutureRecord], _ state: AcknowledgementLog.State
    ) -> [String] {
        let byID = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0) })
        var found: [String] = []
        for answer in state.answers {
            switch answer.kind {
            case .neverRan, .terminated, .tooLate:
                if byID[answer.id]?.state != answer.state {
                    found.append(
                        "I3: future \(answer.id) was told to be \(answer.state) and is "
                            + "\(byID[answer.id]?.state.rawValue ?? "gone")")
                }
            case .running, .asked: break
            }
        }
        for (id, seen) in state.outcomes where byID[id]?.outcome != seen.outcome {
            found.append("I10: future \(id) was seen as \(seen.state), and that is not recorded")
        }
        return found
    }

    /// I3: a terminal row never changes.
    private mutating func immutability(_ records: [FutureRecord]) -> [String] {
        var found: [String] = []
        var now: [FutureID: FutureRecord] = [:]
        for record in records where record.state.isTerminal { now[record.id] = record }
        for (id, old) in ended where now[id] != old {
            found.append("I3: future \(id) had ended as \(old.state) and has changed")
        }
        ended = now
        return found
    }

    /// I5, I9, I12: each attempt ran at most once, one at a time, and not without being claimed.
    private func runs(_ records: [FutureRecord], _ marks: Traces.Marks) -> [String] {
        // A function does not know its future, and of several repeats two may run at once.
        let repeated = records.filter { $0.retryOf != nil && $0.command == nil }.map(Load.serial)
        var found = marks.overlaps.subtracting(repeated.compactMap { $0 }).map {
            "I12: two attempts of submission \($0) ran at once"
        }
        var attempts: [Int: Int] = [:]
        var successes: [Int: Int] = [:]
        for record in records {
            guard let serial = Load.serial(record) else { continue }
            attempts[serial, default: 0] += record.attempt
            if record.state == .succeeded { successes[serial, default: 0] += 1 }
        }
        for (serial, count) in marks.begun where count > attempts[serial, default: 0] {
            found.append(
                "I5: submission \(serial) began \(count) times in "
                    + "\(attempts[serial, default: 0]) attempts")
        }
        for (serial, count) in successes where marks.ended[serial, default: 0] < count {
            found.append("I4: submission \(serial) succeeded and has not run to its end")
        }
        return found
    }

    func census() async throws -> Census {
        let reader = try JournalReader.open(location)
        defer { reader.close() }
        var census = Census()
        for record in try await all(reader) {
            let history = try await reader.history(record.id)
            census.recovered += history.count { $0.event == "recovered" }
            if record.state.isTerminal { census.settled += 1 }
            let ends = history.count { ["failed", "crashed", "interrupted"].contains($0.event) }
            // Of a future that failed, one of these is its own end.
            census.requeued += ends - (record.state == .failed ? 1 : 0)
        }
        return census
    }
}
