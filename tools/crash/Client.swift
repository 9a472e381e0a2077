import Foundation
import FutureControl
import FutureModel
import Synchronization

/// One client of the daemon: submits, waits, cancels and retries until the daemon is gone.
struct Client: Sendable {
    let daemon: ChildProgram
    let socket: String
    let log: AcknowledgementLog
    let serials: Serials
    var random: SeededGenerator

    func run() async {
        guard let client = await connect() else { return }
        var visitor = self
        do {
            for _ in 0..<200 {
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

    private func connect() async -> ControlClient? {
        while !Task.isCancelled {
            if let client = try? await ControlClient.connect(socketPath: socket) { return client }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    private mutating func act(_ client: ControlClient) async throws {
        switch random.number(0...99) {
        case ..<55: try await submit(client)
        case ..<60: try await repeatLost(client)
        case ..<75: try await cancel(client)
        case ..<88: try await wait(client)
        case ..<92: try await retry(client)
        case ..<96: _ = try await client.stats()
        default: killWorker()
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

    private mutating func anyID() -> FutureID? {
        let ids = log.current.acknowledged.values.sorted().suffix(60)
        return ids.isEmpty ? nil : random.pick(Array(ids))
    }

    private mutating func cancel(_ client: ControlClient) async throws {
        guard let id = anyID() else { return }
        let request = CancelRequest(pendingOnly: random.chance(50), grace: .milliseconds(50))
        log.cancelled(try await client.cancel([id], request))
    }

    private mutating func wait(_ client: ControlClient) async throws {
        guard let id = anyID() else { return }
        for snapshot in try await client.snapshots([id]) where snapshot.state.isTerminal {
            return log.saw(snapshot)
        }
        let bound = ContinuousClock.now + .milliseconds(random.number(5...60))
        for try await snapshot in try await client.completions(of: [id]) {
            log.saw(snapshot)
            if ContinuousClock.now > bound { return }
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

    /// A worker or a command, as the kernel does when memory runs out.
    private mutating func killWorker() {
        let children = daemon.children
        if children.isEmpty { return }
        kill(random.pick(children), SIGKILL)
        log.state.withLock { $0.workerKills += 1 }
    }
}
