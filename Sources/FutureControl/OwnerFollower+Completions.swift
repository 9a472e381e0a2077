import FutureModel

extension OwnerFollower {
    /// Each of `ids` once as it ends, beginning with `first`, a subscription to all of them;
    /// without it, from the journal.
    func completions(of ids: [FutureID], first: HTTPStream?) -> Completions {
        let (completions, feed) = Completions.makeStream()
        let work = Task { [self] in
            do {
                try await complete(Set(ids), first, feed)
                feed.finish()
            } catch {
                feed.finish(throwing: error)
            }
        }
        feed.onTermination = { _ in work.cancel() }
        return completions
    }

    private func complete(
        _ ids: Set<FutureID>, _ first: HTTPStream?, _ feed: Completions.Continuation
    ) async throws {
        var missing = ids
        func take(_ snapshot: FutureSnapshot) -> Bool {
            if missing.remove(snapshot.id) != nil { feed.yield(snapshot) }
            return missing.isEmpty
        }
        var stream = first
        while !missing.isEmpty {
            if let current = stream {
                stream = nil
                if try await read(current, take) == .satisfied { return }
            }
            try Task.checkCancellation()
            guard let journal else { throw ControlClient.ownerLost }
            stream = try await waitForOwner(
                journal,
                poll: { () throws(QueueError) in
                    for snapshot in try await journal.snapshots(missing.sorted())
                    where snapshot.state.isTerminal {
                        _ = take(snapshot)
                    }
                    return missing.isEmpty
                },
                request: { () throws(QueueError) in
                    try ControlRequest(.completions, IDsBody(ids: missing.sorted()))
                })
        }
    }
}
