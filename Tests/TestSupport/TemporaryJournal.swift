import Foundation
package import FutureJournal
package import FutureModel

/// A fresh directory with room for one journal; removed with the value.
package final class TemporaryJournal: Sendable {
    package let directory: String
    package let location: JournalLocation

    /// The directory's name is short, since a socket may come to stand in it.
    ///
    /// - Parameter isInMemory: On a disk that forgets, where there is one: syncs cost nothing.
    package init(isInMemory: Bool = false) throws {
        let parent = isInMemory && access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/jt-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw QueueError(
                .noAccess, "No temporary directory: \(String(cString: strerror(errno)))")
        }
        let length = template.firstIndex(of: 0) ?? template.count
        directory = String(
            decoding: template[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        location = try JournalLocation(directory + "/journal.db")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Owns the journal, making it the first time.
    package func open(
        time: any TimeSource = ManualTime(), program: String = "test",
        log: LogLimits = LogLimits()
    ) async throws(QueueError) -> SQLiteJournal {
        let identity = OwnerIdentity(process: .current, program: program, version: "0")
        let lock = try await OwnerLock.acquire(location, as: identity, patience: .zero)
        return try await SQLiteJournal.open(location, lock: lock, time: time, log: log)
    }
}

/// Runs `body` with a journal of its own that is closed and removed afterwards.
package func withTemporaryJournal<Value>(
    time: any TimeSource = ManualTime(),
    _ body: (SQLiteJournal, JournalLocation) async throws -> Value
) async throws -> Value {
    let place = try TemporaryJournal()
    defer { withExtendedLifetime(place) {} }
    let journal = try await place.open(time: time)
    do {
        let value = try await body(journal, place.location)
        await journal.close()
        return value
    } catch {
        await journal.close()
        throw error
    }
}
