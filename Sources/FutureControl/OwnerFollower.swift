import Foundation
import FutureModel

/// Streams that outlive the owner they began with.
///
/// While an owner serves they come from its socket; while none does, from the journal, polled
/// ever more slowly. The next owner is found by its lock.
struct OwnerFollower: Sendable {
    /// The first pause between two looks at the journal, and the longest.
    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(250)

    /// `nil` where no owner served to begin with.
    let socketPath: String?
    /// `nil` where only the socket is known: then the stream ends with its owner.
    let journal: (any UnservedJournal)?

    /// - Throws: `noSuchFuture` for an unknown id, before anything else.
    func subscribe(to ids: [FutureID]) async throws(QueueError) -> HTTPStream {
        try await open(.init(.completions, IDsBody(ids: ids)), at: socketPath)
    }

    func openOutput(of id: FutureID) async throws(QueueError) -> HTTPStream {
        try await open(.init(.followOutput, id: id), at: socketPath)
    }

    /// The first stream; `nil` where the owner has gone, and `check` finds the ids in the journal.
    func begin(
        socket subscribe: () async throws(QueueError) -> HTTPStream,
        journal check: (any UnservedJournal) async throws(QueueError) -> Void
    ) async throws(QueueError) -> HTTPStream? {
        do { return try await subscribe() } catch {
            guard let journal, [.noOwner, .ownerLost, .shutDown].contains(error.code) else {
                throw error
            }
            try await check(journal)
            return nil
        }
    }

    func open(
        _ request: ControlRequest, at socketPath: String?
    ) async throws(QueueError) -> HTTPStream {
        guard let socketPath else { throw ControlClient.ownerLost }
        let connection = try await HTTPConnection.open(socketPath)
        let reply: HTTPReply
        do {
            let stream = try await connection.stream(request)
            if stream.status < 300 { return stream }
            reply = try await stream.collect()
        } catch {
            throw ControlClient.ownerLost
        }
        throw reply.error ?? ControlClient.ownerLost
    }

    /// How a stream ended: `take` had enough, the owner had told all, or it went away.
    enum StreamEnd { case satisfied, finished, lost }

    /// Hands each line of `stream` to `take` until that returns true.
    func read<Line: Decodable>(
        _ stream: HTTPStream, _ take: (Line) async -> Bool
    ) async throws(QueueError) -> StreamEnd {
        var lines = LineSplitter()
        do {
            for try await bytes in stream.bytes {
                for line in lines.append(bytes) {
                    if let failure = try? WireJSON.decode(StreamErrorLine.self, from: line) {
                        throw failure.error
                    }
                    if await take(try WireJSON.decode(Line.self, from: line)) { return .satisfied }
                }
            }
            return .finished
        } catch let error as QueueError where error.code == .shutDown && journal != nil {
            return .lost
        } catch let error as QueueError {
            throw error
        } catch is ConnectionLost {
            return .lost
        } catch {
            throw QueueError(.ioError, "The daemon sent a line that is not understood: \(error)")
        }
    }

    /// Between two owners: asks `poll` of the journal again and again, until it returns true or
    /// an owner answers `request()`, which is then returned.
    func waitForOwner(
        _ journal: any UnservedJournal, poll: () async throws(QueueError) -> Bool,
        request: () async throws(QueueError) -> ControlRequest
    ) async throws -> HTTPStream? {
        var pause = Self.firstPause
        while true {
            if let path = try journal.ownerSocket(),
                let stream = try await openUnlessAway(try await request(), at: path)
            {
                return stream
            }
            if try await poll() { return nil }
            try await Task<Never, Never>.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// `nil` where the owner is starting up or shutting down: the journal says the same meanwhile.
    private func openUnlessAway(
        _ request: ControlRequest, at socketPath: String
    ) async throws(QueueError) -> HTTPStream? {
        do { return try await open(request, at: socketPath) } catch {
            switch error.code {
            case .noOwner, .ownerLost, .shutDown: return nil
            default: throw error
            }
        }
    }
}
