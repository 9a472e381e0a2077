import FutureModel
import Synchronization

/// The connections that plain requests share: each carries one request at a time, is kept for
/// the next, and there are never more than ``limit``.
final class ConnectionPool: Sendable {
    /// Enough for a commit to be shared by many callers, and far below what the owner allows.
    fileprivate static let limit = 32
    /// Sooner than the owner closes idle connections, so that no request meets that close.
    fileprivate static let idleTime = Duration.seconds(20)

    fileprivate struct State {
        var idle: [(connection: HTTPConnection, since: ContinuousClock.Instant)] = []
        var openCount = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    fileprivate enum Grant {
        case use(HTTPConnection, stale: [HTTPConnection])
        case open(stale: [HTTPConnection])
        case wait
        case refuse
    }

    private let socketPath: String
    private let state = Mutex(State())

    init(socketPath: String) { self.socketPath = socketPath }

    deinit { close() }

    /// A connection for one request; ``giveBack(_:)`` or ``giveBackBroken(_:)`` must follow.
    func take() async throws(QueueError) -> HTTPConnection {
        while true {
            switch state.withLock({ $0.grant(at: ContinuousClock.now) }) {
            case .use(let connection, let stale):
                stale.forEach { $0.close() }
                return connection
            case .open(let stale):
                stale.forEach { $0.close() }
                do { return try await HTTPConnection.open(socketPath) } catch {
                    dropOne()
                    throw error
                }
            case .wait: await waitForOne()
            case .refuse: throw QueueError(.shutDown, "The connection was closed.")
            }
        }
    }

    func giveBack(_ connection: HTTPConnection) {
        guard connection.isOpen else {
            connection.close()
            return dropOne()
        }
        let (next, refused) = state.withLock { state in
            if state.isClosed { return (state.dropOne(), true) }
            state.idle.append((connection, .now))
            return (state.nextWaiting(), false)
        }
        if refused { connection.close() }
        next?.resume()
    }

    /// As ``giveBack(_:)``, of a connection that broke. The idle ones led to the same owner, and
    /// may not have been found to be closed yet.
    func giveBackBroken(_ connection: HTTPConnection) {
        connection.close()
        let idle = state.withLock { state in
            state.openCount -= state.idle.count
            defer { state.idle = [] }
            return state.idle
        }
        idle.forEach { $0.connection.close() }
        dropOne()
    }

    func close() {
        let (idle, waiting) = state.withLock { state in
            state.isClosed = true
            defer {
                state.idle = []
                state.waiting = []
            }
            return (state.idle, state.waiting)
        }
        idle.forEach { $0.connection.close() }
        waiting.forEach { $0.resume() }
    }

    private func dropOne() { state.withLock { $0.dropOne() }?.resume() }

    private func waitForOne() async {
        await withCheckedContinuation { continuation in
            let mayTry = state.withLock { state in
                if state.isClosed || !state.idle.isEmpty || state.openCount < Self.limit {
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayTry { continuation.resume() }
        }
    }
}

extension ConnectionPool.State {
    fileprivate mutating func grant(at now: ContinuousClock.Instant) -> ConnectionPool.Grant {
        if isClosed { return .refuse }
        var stale: [HTTPConnection] = []
        while let (connection, since) = idle.popLast() {
            if connection.isOpen, since.duration(to: now) < ConnectionPool.idleTime {
                return .use(connection, stale: stale)
            }
            stale.append(connection)
            openCount -= 1
        }
        guard openCount < ConnectionPool.limit else { return .wait }
        openCount += 1
        return .open(stale: stale)
    }

    fileprivate mutating func dropOne() -> CheckedContinuation<Void, Never>? {
        openCount -= 1
        return nextWaiting()
    }

    fileprivate mutating func nextWaiting() -> CheckedContinuation<Void, Never>? {
        waiting.isEmpty ? nil : waiting.removeFirst()
    }
}
