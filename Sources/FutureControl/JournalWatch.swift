import Foundation
import FutureJournal
import FutureModel
import Synchronization

/// A journal looked at from outside, whoever owns it. One that does not exist yet is empty.
final class JournalWatch: UnservedJournal {
    let location: JournalLocation
    private let reader = Mutex<JournalReader?>(nil)

    init(_ location: JournalLocation) { self.location = location }

    func owner() throws(QueueError) -> OwnerIdentity? {
        try OwnerLock.currentOwner(of: location)
    }

    func ownerSocket() -> String? {
        // Whoever does not say who it is does not serve; the next look will tell.
        (try? owner())??.socket
    }

    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await existing(ids).records(ids)
    }

    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await existing(ids).snapshots(ids)
    }

    func record(_ id: FutureID) async throws(QueueError) -> FutureRecord {
        guard let record = try await records([id]).first else { throw unknown([id]) }
        return record
    }

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await existing([id]).history(id)
    }

    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await existing([id]).output(id)
    }

    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await open()?.list(filter) ?? FutureList()
    }

    func stats() async throws(QueueError) -> QueueStats {
        try await open()?.stats() ?? QueueStats()
    }

    private func existing(_ ids: [FutureID]) throws(QueueError) -> JournalReader {
        if let reader = try open() { return reader }
        throw unknown(ids)
    }

    /// Whether there is no journal yet, but at most an empty file.
    var isMissing: Bool {
        var status = stat()
        guard stat(location.path, &status) == 0 else { return errno == ENOENT }
        return status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    /// `nil` while there is no journal.
    private func open() throws(QueueError) -> JournalReader? {
        try reader.withLock { reader throws(QueueError) in
            if let reader { return reader }
            if isMissing { return nil }
            reader = try JournalReader.open(location)
            return reader
        }
    }

    private func unknown(_ ids: [FutureID]) -> QueueError {
        QueueError(
            .noSuchFuture,
            "There is no future \(ids.first?.description ?? ""): no journal at "
                + "\(location.path) yet.")
    }
}
