import Foundation
import FutureJournal
import FutureModel

/// Opens one state of a disk as the next owner would, and compares it with what was promised.
struct StateCheck: Sendable {
    let image: CrashDisk.Image
    let expectation: Expectation
    let directory: String

    /// The violations; without any the directory is removed, else it holds the state as it was.
    func run() async -> [String] {
        var found: [String]
        do {
            try lay()
            found = try await look()
        } catch {
            found = ["I13: it cannot be opened: \(error)"]
        }
        do {
            try FileManager.default.removeItem(atPath: directory)
            if !found.isEmpty { try lay() }
        } catch {
            found.append("the tool failed: \(error)")
        }
        return found
    }

    private func lay() throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        for (name, bytes) in image {
            let path = "\(directory)/\(name)"
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            defer { close(file) }
            guard file >= 0, write(file, bytes, bytes.count) == bytes.count else {
                throw Failure("\(path) cannot be written.")
            }
        }
    }

    private func look() async throws -> [String] {
        let location = try JournalLocation(directory + "/journal.db")
        if image["journal.db"] == nil, !expectation.isEmpty { return ["I1: the journal is gone"] }
        let journal = try await OwnedJournal.open(location)
        do {
            let found = try await look(journal, location)
            await journal.close()
            return found
        } catch {
            await journal.close()
            throw error
        }
    }

    private func look(
        _ journal: SQLiteJournal, _ location: JournalLocation
    ) async throws -> [String] {
        let reader = try JournalReader.open(location)
        defer { reader.close() }
        let filter = ListFilter(limit: Limits.listCount)
        let present = try await journal.list(filter).futures
        var outputs: [FutureID: CapturedOutput] = [:]
        for record in present { outputs[record.id] = try await journal.output(record.id) }
        var found = expectation.violations(present, outputs)
        // The next owner's first deeds: what was running is recovered, and new ids are new.
        let abandoned = try await journal.abandonedAttempts()
        let recovery = OwnedJournal.recovery(of: abandoned)
        let count = try await journal.recover(recovery)
        if count != abandoned.count {
            found.append("I7: of \(abandoned.count) attempts \(count) were recovered")
        }
        let submission = Submission(task: "add", arguments: Payload(json: "[0]"))
        let id = try await journal.submit([submission], routes: .none).first
        if let id, let last = expectation.lastID, id <= last {
            found.append("I11: the new future \(id) is not above \(last)")
        }
        let records = try await journal.list(filter).futures
        found += records.filter { $0.state == .running }.map { "I8: future \($0.id) is running" }
        return found + (try await violations(reader))
    }

    private func violations(_ reader: JournalReader) async throws -> [String] {
        try await reader.verify().violations.map {
            "\($0.invariant): future \($0.future?.description ?? "-"): \($0.message)"
        }
    }
}
