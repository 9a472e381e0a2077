import Foundation
package import FutureModel
import Synchronization

/// The journal in one SQLite file, written by one thread of its one owner.
package final class SQLiteJournal: Journal {
    package let identity: String
    let writer: Writer
    private let reader: JournalReader
    private let ending: ThreadEnding

    private init(
        identity: String, writer: Writer, reader: JournalReader, ending: ThreadEnding
    ) {
        self.identity = identity
        self.writer = writer
        self.reader = reader
        self.ending = ending
    }

    deinit { writer.close() }

    /// Opens the journal, makes it where there is none, and migrates an older one. The lock is
    /// held until ``close()`` and is released where opening fails.
    ///
    /// - Parameter log: How long its write-ahead log may grow.
    /// - Throws: `badJournal` or `journalVersion` for a file that it leaves untouched, `noAccess`,
    ///   `diskFull`, `ioError`, this also where the system has no thread to give.
    package static func open(
        _ location: JournalLocation, lock: OwnerLock, time: any TimeSource,
        log: LogLimits = LogLimits()
    ) async throws(QueueError) -> SQLiteJournal {
        let writer = Writer()
        let ending = ThreadEnding()
        let opened = await withCheckedContinuation { continuation in
            let error = NativeThread.start(name: "journal") {
                serve(location, time, log, writer) { continuation.resume(returning: $0) }
                lock.release()
                ending.finish()
            }
            if error == 0 { return }
            lock.release()
            ending.finish()
            continuation.resume(returning: .failure(noThread(error)))
        }
        let identity: String
        switch opened {
        case .success(let found): identity = found
        case .failure(let error):
            await ending.wait()
            throw error
        }
        do {
            let reader = try JournalReader.open(location)
            return SQLiteJournal(
                identity: identity, writer: writer, reader: reader, ending: ending)
        } catch {
            writer.close()
            await ending.wait()
            throw error
        }
    }

    private static func noThread(_ error: Int32) -> QueueError {
        QueueError(
            .ioError,
            "No thread could be started for the journal: \(String(cString: strerror(error))).")
    }

    /// The writer's thread from its beginning to its end.
    private static func serve(
        _ location: JournalLocation, _ time: any TimeSource, _ log: LogLimits, _ writer: Writer,
        opened: (Result<String, QueueError>) -> Void
    ) {
        let database: OwnerDatabase
        do {
            database = try OwnerDatabase(location.path, time: time)
        } catch {
            return opened(.failure(error))
        }
        defer { database.close(isBroken: writer.hasStopped) }
        let context: WriteContext
        do {
            context = try WriteContext(
                database.connection, time: time, path: location.path, log: log)
            opened(.success(try context.journalIdentity()))
        } catch {
            return opened(.failure(error))
        }
        writer.run(context)
    }

    package var counters: JournalCounters { writer.counters }

    package func setListener(_ listener: @escaping @Sendable (CommitNotice) -> Void) {
        writer.setListener(listener)
    }

    package func setClaimer(_ claimer: @escaping @Sendable (Set<PoolKind>) -> Void) {
        writer.setClaimer(claimer)
    }

    package func close() async {
        reader.close()
        writer.close()
        await ending.wait()
    }
}

extension SQLiteJournal {
    package func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await reader.records(ids)
    }

    package func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await reader.snapshots(ids)
    }

    package func states(_ ids: [FutureID]) async throws(QueueError) -> [FutureState] {
        try await reader.states(ids)
    }

    package func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await reader.list(filter)
    }

    package func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await reader.history(id)
    }

    package func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await reader.output(id)
    }

    package func stats() async throws(QueueError) -> QueueStats { try await reader.stats() }

    package func newestID() async throws(QueueError) -> FutureID? { try await reader.newestID() }
}

extension WriteContext {
    fileprivate func journalIdentity() throws(QueueError) -> String {
        let identity = try connection.statement("SELECT identity FROM journal")
            .first { $0.text() }
        guard let identity else {
            throw QueueError(.badJournal, "The journal has lost its identity.")
        }
        return identity
    }
}
