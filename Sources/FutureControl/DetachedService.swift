package import FutureJournal
import FutureModel

/// A journal's futures while no owner serves them.
///
/// Reads and waits look at the journal itself. A write owns the journal for the moment it takes;
/// several at once take turns, and one that finds an owner with a socket is asked of that.
/// Nothing runs.
package final class DetachedService: Sendable {
    /// How long one attempt to own the journal lasts, before looking for a socket again.
    private static let turn = Duration.milliseconds(100)

    private let location: JournalLocation
    private let program: String
    private let patience: Duration
    let watch: JournalWatch

    /// - Parameters:
    ///   - program: What others see as the owner's name during a write.
    ///   - patience: How long a write waits for its turn, before it fails with `owned`.
    package init(_ location: JournalLocation, program: String, patience: Duration) {
        self.location = location
        self.program = program
        self.patience = patience
        watch = JournalWatch(location)
    }

    /// Whether there is no journal yet; the first submit makes it.
    package var isWithoutJournal: Bool { watch.isMissing }

    /// Asks the owner, if there is one that serves, and otherwise does it here.
    func write<Value: Sendable>(
        asking ask: (ControlClient) async throws(QueueError) -> Value,
        here act: (SQLiteJournal) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let deadline = ContinuousClock.now + patience
        while true {
            if let client = try await server() { return try await closing(client, ask) }
            if let lock = try await acquire(until: deadline) {
                let journal = try await SQLiteJournal.open(
                    location, lock: lock, time: SystemTime())
                do {
                    let value = try await act(journal)
                    await journal.close()
                    return value
                } catch {
                    await journal.close()
                    throw error
                }
            }
        }
    }

    /// `nil` where it was not this one's turn yet.
    private func acquire(
        until deadline: ContinuousClock.Instant
    ) async throws(QueueError) -> OwnerLock? {
        let left = ContinuousClock.now.duration(to: deadline)
        let identity = OwnerIdentity(process: .current, program: program, version: packageVersion)
        do {
            return try await OwnerLock.acquire(
                location, as: identity, patience: max(.zero, min(left, Self.turn)))
        } catch {
            let isCancelled = Task<Never, Never>.isCancelled
            if error.code == .owned, left > Self.turn, !isCancelled { return nil }
            throw error
        }
    }

    /// The owner, if it serves now.
    func server() async throws(QueueError) -> ControlClient? {
        guard let path = watch.ownerSocket() else { return nil }
        do {
            return try await ControlClient.connect(socketPath: path, journal: watch)
        } catch {
            // It is starting up or going away.
            if error.code == .noOwner { return nil }
            throw error
        }
    }

    func closing<Value: Sendable>(
        _ client: ControlClient, _ ask: (ControlClient) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        do {
            let value = try await ask(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }
}
