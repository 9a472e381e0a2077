import FutureJournal
package import FutureModel
import FuturePools
import Synchronization

/// What others ask of the engine; reading goes straight to the journal.
extension Engine: FutureService, DirectEnds {
    package func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        // A pool that broke says so even after the shutdown.
        try checkPools(of: submissions)
        try checkAccepting()
        return try await journaled(submissions)
    }

    package func run(_ submission: Submission) async throws(QueueError) -> FollowedFuture {
        try checkPools(of: [submission])
        try checkAccepting()
        let follower = OutputFollower(holdsUp: true)
        let ids = try await journal.submit([submission], routes: routes) { [self] ids in
            for id in ids { add(follower, to: id) }
        }
        hub.submitted(ids)
        return FollowedFuture(id: ids[0], output: try await output(of: ids[0], for: follower))
    }

    private func journaled(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        let ids = try await journal.submit(submissions, routes: routes)
        hub.submitted(ids)
        return ids
    }

    /// As ``submit(_:)``, for a running attempt: it may go on while its owner drains, and what it
    /// submits while nothing is claimed any more is the next owner's.
    func submitNested(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        let isDraining = state.withLock { state in
            if case .shuttingDown(let request) = state.phase { return request.pending != .cancel }
            return false
        }
        if !isDraining { return try await submit(submissions) }
        return try await journaled(submissions)
    }

    package func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try checkAccepting()
        return try await journal.retry(ids, routes: routes)
    }

    private func checkAccepting() throws(QueueError) {
        let refusal = state.withLock { state -> QueueError? in
            switch state.phase {
            case .serving: nil
            case .stopped(let error?): error
            case .shuttingDown, .interrupting, .closing, .stopped(nil): Self.shutDownError
            }
        }
        if let refusal { throw refusal }
    }

    package func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await journal.records(ids)
    }

    package func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await journal.snapshots(ids)
    }

    package func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        let (subscription, stream) = hub.subscribe(to: ids)
        // A pool that breaks from here on finds the subscription.
        if let broken = try await brokenPool(among: ids) { throw broken }
        let unknown = hub.unknown(of: subscription)
        if unknown.count > EndedFutures.portion {
            let unknown = unknown.sorted()
            let states = try await journal.states(unknown)
            let ended = zip(unknown, states).filter { $0.1.isTerminal }.map(\.0)
            let first = EndedFutures(subscription.take(ended), of: journal)
            return Completions {
                if let snapshot = try await first.next() { return snapshot }
                var iterator = stream.makeAsyncIterator()
                return try await iterator.next()
            }
        }
        for snapshot in try await journal.snapshots(unknown) { subscription.yield(snapshot) }
        return stream
    }

    package func end(of id: FutureID) async throws -> FutureSnapshot {
        if let snapshot = try await hub.end(of: id, listening: failIfBroken) { return snapshot }
        for try await snapshot in try await completions(of: [id]) { return snapshot }
        throw CancellationError()
    }

    package func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await journal.list(filter)
    }

    package func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await journal.history(id)
    }

    package func stats() async throws(QueueError) -> QueueStats {
        try await journal.stats()
    }

    package func status() async throws(QueueError) -> ServiceStatus {
        let (phase, running) = state.withLock { state -> (ServiceStatus.Phase, [PoolKind: Int]) in
            let running = pools.keys.map { ($0, state.dispatcher.running($0)) }
            if case .serving = state.phase {
                return (.serving, Dictionary(uniqueKeysWithValues: running))
            }
            return (.shuttingDown, Dictionary(uniqueKeysWithValues: running))
        }
        let counters = journal.counters
        return ServiceStatus(
            phase: phase, journal: location.path, owner: owner,
            pools: PoolKind.allCases.compactMap { kind in
                pools[kind].map {
                    .init(kind: kind, capacity: $0.capacity, running: running[kind] ?? 0)
                }
            },
            tasks: routes.tasks.keys.filter { !$0.hasSuffix("[]") }.sorted(),
            commits: counters.commits,
            submits: counters.submits, warning: counters.warning)
    }
}
