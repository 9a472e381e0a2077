import FutureJournal
package import FutureModel

extension DetachedService: FutureService {
    package func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        try await write(
            asking: { client throws(QueueError) in try await client.submit(submissions) },
            here: { journal throws(QueueError) in
                try await journal.submit(submissions, routes: .none)
            })
    }

    package func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try withOwnerHold(try await watch.records(ids))
    }

    package func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await watch.snapshots(ids)
    }

    package func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        if !ids.isEmpty { _ = try await watch.snapshots(ids) }
        return OwnerFollower(socketPath: nil, journal: watch).completions(of: ids, first: nil)
    }

    /// Where nobody owns the journal, what else could run says that it waits for that, and what
    /// ran when the last owner died that it does no longer.
    private func withOwnerHold(
        _ records: [FutureRecord]
    ) throws(QueueError) -> [FutureRecord] {
        func isMeant(_ record: FutureRecord) -> Bool {
            record.hold == nil && !record.state.isTerminal
        }
        guard records.contains(where: isMeant), try watch.owner() == nil
        else { return records }
        return records.map { record in
            var record = record
            if isMeant(record) { record.hold = .noOwner }
            return record
        }
    }

    /// What was running when its owner died is the next owner's to recover.
    package func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        try await write(
            asking: { client throws(QueueError) in try await client.cancel(ids, request) },
            here: { journal throws(QueueError) in
                let snapshots = try await journal.snapshots(ids)
                if !request.pendingOnly, let left = snapshots.first(where: { $0.state == .running })
                {
                    throw QueueError(
                        .noOwner,
                        "Future \(left.id) was running when its owner died; start a daemon to "
                            + "recover it.")
                }
                let found = try await journal.cancelPending(ids, reason: CancelRequest.reason)
                return zip(ids, found).map { id, state in
                    switch state {
                    case .pending: CancelAnswer(id: id, kind: .neverRan, state: .cancelled)
                    case .running: CancelAnswer(id: id, kind: .running, state: .running)
                    default: CancelAnswer(id: id, kind: .tooLate, state: state)
                    }
                }
            })
    }

    package func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try await write(
            asking: { client throws(QueueError) in try await client.retry(ids) },
            here: { journal throws(QueueError) in try await journal.retry(ids, routes: .none) })
    }

    package func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        var list = try await watch.list(filter)
        list.futures = try withOwnerHold(list.futures)
        return list
    }

    package func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await watch.history(id)
    }

    package func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        if let client = try await server() {
            return try await closing(client) { client throws(QueueError) in
                try await client.output(id)
            }
        }
        return try await watch.output(id)
    }

    package func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        _ = try await watch.record(id)
        return OwnerFollower(socketPath: nil, journal: watch).output(of: id, first: nil)
    }

    package func stats() async throws(QueueError) -> QueueStats { try await watch.stats() }

    package func status() async throws(QueueError) -> ServiceStatus {
        if let client = try await server() {
            return try await closing(client) { client throws(QueueError) in
                try await client.status()
            }
        }
        let owner = try watch.owner()
        return ServiceStatus(
            phase: owner == nil ? .noOwner : .unserved, journal: watch.location.path, owner: owner)
    }

    package func planShutdown(
        _ request: ShutdownRequest
    ) async throws(QueueError) -> ShutdownPlan {
        try await closing(try await serverToStop()) { client throws(QueueError) in
            try await client.planShutdown(request)
        }
    }

    package func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        try await closing(try await serverToStop()) { client throws(QueueError) in
            try await client.shutdown(request)
        }
    }

    private func serverToStop() async throws(QueueError) -> ControlClient {
        if let client = try await server() { return client }
        if let owner = try watch.owner() {
            throw QueueError(
                .owned,
                "The journal at \(watch.location.path) is owned by \(owner.program) "
                    + "(pid \(owner.process.pid)), which takes no requests.")
        }
        throw QueueError(.noOwner, "No daemon serves the journal at \(watch.location.path).")
    }
}
