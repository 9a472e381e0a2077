import Foundation
import FutureControl
import FutureModel
import Synchronization

/// One client of the daemon: submits, waits, cancels and retries until the daemon is gone.
struct Client: Sendable {
    let socket: String
    let log: AcknowledgementLog
    let serials: Serials
    var random: SeededGenerator
    /// Futures that had not ended when it last asked.
    private var backlog = 0

    /// More than the slots can do soon: then it cancels instead of asking for more.
    private static let longestBacklog = 40

    init(
        socket: String, log: AcknowledgementLog, serials: Serials, random: SeededGenerator
    ) {
        self.socket = socket
        self.log = log
        self.serials = serials
        self.random = random
    }

    func run() async {
        guard let client = await connect() else { return }
        var visitor = self
        do {
            while !Task.isCancelled {
                try await visitor.act(client)
                if visitor.random.chance(30) {
                    try await Task.sleep(for: .milliseconds(visitor.random.number(0...6)))
                }
            }
        } catch {
            // The daemon is gone, as it is meant to be.
        }
        await client.close()
    }

    /// Does nothing but wait, on one request after the other, until the daemon is gone.
    func wait() async {
        guard let client = await connect() else { return }
        do {
            while !Task.isCancelled {
                let ids = latestIDs(30)
                if ids.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
                try await follow(ids, client, for: .milliseconds(200))
            }
        } catch {
            // The daemon is gone, as it is meant to be.
        }
        await client.close()
    }

    private func connect() async -> ControlClient? {
        while !Task.isCancelled {
            if let client = try? await ControlClient.connect(socketPath: socket) {
                log.state.withLock { $0.servedAt = $0.servedAt ?? .now }
                return client
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    private mutating func act(_ client: ControlClient) async throws {
        switch random.number(0...99) {
        case ..<55:
            if backlog < Self.longestBacklog {
                try await submit(client)
            } else {
                try await cancelMany(client)
            }
        case ..<60: try await repeatLost(client)
        case ..<75: try await cancel(client)
        case ..<84: try await wait(client)
        case ..<88: try await retry(client)
        default:
            let counts = try await client.stats().total
            backlog = counts.pending + counts.running
        }
    }

    private mutating func submit(_ client: ControlClient) async throws {
        var submissions: [Submission] = []
        for _ in 0..<random.number(1...4) {
            submissions.append(try Load.submission(serials.next(), &random))
        }
        try await submit(submissions, client)
    }

    private func submit(_ submissions: [Submission], _ client: ControlClient) async throws {
        let numbers = submissions.compactMap(Load.serial)
        log.note("submit \(numbers)")
        log.state.withLock { state in
            for (number, submission) in zip(numbers, submissions)
            where submission.options.key != nil {
                state.keyed[number] = submission
            }
        }
        do {
            log.acknowledge(numbers, try await client.submit(submissions))
        } catch {
            log.lost(numbers)
            throw error
        }
    }

    /// What has a key may be asked for again, and is there once.
    private mutating func repeatLost(_ client: ControlClient) async throws {
        let known = Array(log.current.keyed.values)
        if known.isEmpty { return }
        try await submit([random.pick(known)], client)
    }

    private func latestIDs(_ count: Int) -> [FutureID] {
        Array(log.current.acknowledged.values.sorted().suffix(count))
    }

    private mutating func anyID() -> FutureID? {
        let ids = latestIDs(60)
        return ids.isEmpty ? nil : random.pick(ids)
    }

    private mutating func cancel(_ client: ControlClient) async throws {
        guard let id = anyID() else { return }
        let request = CancelRequest(pendingOnly: random.chance(50), grace: .milliseconds(50))
        log.cancelled(try await client.cancel([id], request))
    }

    private mutating func cancelMany(_ client: ControlClient) async throws {
        let ids = latestIDs(40).shuffled(using: &random).prefix(10)
        log.cancelled(try await client.cancel(Array(ids), CancelRequest(pendingOnly: true)))
        backlog -= ids.count
    }

    private mutating func wait(_ client: ControlClient) async throws {
        guard let id = anyID() else { return }
        for snapshot in try await client.snapshots([id]) where snapshot.state.isTerminal {
            return log.saw(snapshot)
        }
        try await follow([id], client, for: .milliseconds(random.number(5...60)))
    }

    /// Tells the log what ends, until all of it has or a while after `bound` something does.
    private func follow(
        _ ids: [FutureID], _ client: ControlClient, for bound: Duration
    ) async throws {
        let deadline = ContinuousClock.now + bound
        log.state.withLock { $0.tally.waits += 1 }
        for try await snapshot in try await client.completions(of: ids) {
            log.saw(snapshot)
            if ContinuousClock.now > deadline { return }
        }
    }

    private mutating func retry(_ client: ControlClient) async throws {
        guard let id = anyID() else { return }
        do {
            let ids = try await client.retry([id])
            log.note("retry \(id) as \(ids)")
        } catch {
            // What has not ended cannot be repeated.
            if error.code != .badInput { throw error }
        }
    }
}
