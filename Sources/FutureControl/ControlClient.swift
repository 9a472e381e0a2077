package import FutureModel
import Synchronization

/// A journal's futures as its owner's socket shows them.
///
/// Plain requests share a few connections; each stream has its own. A request that changes
/// something and whose connection breaks fails with `ownerLost`; reads are asked once more.
package final class ControlClient: Sendable {
    let socketPath: String
    /// Where streams go on when this owner is gone; `nil` if only the socket is known.
    let journal: (any UnservedJournal)?
    /// Who does what is asked while nobody answers at the socket; `nil` if nobody does.
    let standIn: DetachedService?
    /// Whether the stand-in has had to act.
    let hasStoodIn = Atomic(false)
    private let pool: ConnectionPool

    private init(
        socketPath: String, journal: (any UnservedJournal)?, standIn: DetachedService?
    ) {
        self.socketPath = socketPath
        self.journal = journal
        self.standIn = standIn
        pool = ConnectionPool(socketPath: socketPath)
    }

    /// - Throws: `noOwner` where nobody listens, `noAccess` where the caller may not connect.
    package static func connect(socketPath: String) async throws(QueueError) -> ControlClient {
        try await connect(socketPath: socketPath, journal: nil)
    }

    /// As ``connect(socketPath:)``; its streams live on when the owner of `journal` changes, and
    /// while there is none, `standIn` does what it can do.
    static func connect(
        socketPath: String, journal: (any UnservedJournal)?, standIn: DetachedService? = nil
    ) async throws(QueueError) -> ControlClient {
        let client = ControlClient(socketPath: socketPath, journal: journal, standIn: standIn)
        client.pool.giveBack(try await client.pool.take())
        return client
    }

    /// Requests that come later fail with `shutDown`; streams go on.
    package func close() async { pool.close() }

    func ask<Answer: Decodable>(_ request: ControlRequest) async throws(QueueError) -> Answer {
        try await reply(request).decode()
    }

    func reply(_ request: ControlRequest) async throws(QueueError) -> HTTPReply {
        var retriesLeft = 2
        while true {
            let connection = try await pool.take()
            do {
                let reply = try await connection.exchange(request)
                pool.giveBack(connection)
                return reply
            } catch {
                pool.giveBackBroken(connection)
                let sent = (error as? ConnectionLost)?.sent ?? true
                retriesLeft -= 1
                if retriesLeft == 0 || (sent && !request.route.isRead) { throw Self.ownerLost }
            }
        }
    }

    static let ownerLost = QueueError(
        .ownerLost,
        "The daemon went away in the middle of the request; whether it took effect is unknown.")
}
