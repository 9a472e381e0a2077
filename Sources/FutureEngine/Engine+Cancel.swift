import FutureJournal
package import FutureModel
import Synchronization

extension Engine {
    package func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        var found = try await journal.cancelPending(ids, reason: CancelRequest.reason)
        let running = zip(ids, found).filter { $0.1 == .running }.map(\.0)
        if running.isEmpty || request.pendingOnly {
            return Self.answers(ids, found, ended: [:], unended: .running)
        }
        let (subscription, ends) = hub.subscribe(to: running)
        for id in running where !stopRunning(id, grace: request.grace) {
            // Between its claim and its beginning, or between its end and the commit of it: the
            // journal, asked again, knows by now which.
            let state: FutureState
            do throws(QueueError) {
                state = try await journal.cancelPending([id], reason: CancelRequest.reason)[0]
            } catch {
                // It is told that nothing was cancelled: then nothing may be later.
                self.state.withLock { $0.earlyStops[id] = nil }
                throw error
            }
            if state != .running { self.state.withLock { $0.earlyStops[id] = nil } }
            if state == .pending, let index = ids.firstIndex(of: id) { found[index] = .pending }
        }
        let ended = try await collect(subscription, ends, running, grace: request.grace)
        return Self.answers(ids, found, ended: ended, unended: .asked)
    }

    /// Tells the attempt of `id` to stop, or the next one to begin, if none runs now: false.
    private func stopRunning(_ id: FutureID, grace: Duration?) -> Bool {
        let cause = StopCause.cancelled(reason: CancelRequest.reasonWhileRunning)
        let attempt = state.withLock { state -> AttemptID? in
            if let running = state.attempts[id] { return running.claimed.id }
            state.earlyStops[id] = cause
            return nil
        }
        if let attempt { stop(attempt, cause, grace: grace) }
        return attempt != nil
    }

    /// Waits until each of `ids` has ended, or for as long as it takes to kill what can be killed.
    private func collect(
        _ subscription: Subscription, _ ends: Completions, _ ids: [FutureID], grace: Duration?
    ) async throws(QueueError) -> [FutureID: FutureState] {
        let longest = state.withLock { state in
            ids.compactMap { state.attempts[$0]?.claimed.options.grace }.max() ?? .zero
        }
        let bound = time.schedule(after: (grace ?? longest) + Self.timeToKill) {
            subscription.giveUp()
        }
        defer { bound.cancel() }
        for snapshot in try await journal.snapshots(ids) { subscription.yield(snapshot) }
        var ended: [FutureID: FutureState] = [:]
        do {
            for try await snapshot in ends { ended[snapshot.id] = snapshot.state }
        } catch {
            throw error as? QueueError ?? QueueError(.ioError, "\(error)")
        }
        return ended
    }

    /// For a killed process tree to be gone and its end to be journaled; a thread that has not
    /// stopped by then is reported as asked.
    private static let timeToKill = Duration.seconds(5)

    private static func answers(
        _ ids: [FutureID], _ found: [FutureState], ended: [FutureID: FutureState],
        unended: CancelAnswer.Kind
    ) -> [CancelAnswer] {
        zip(ids, found).map { id, state in
            switch (state, ended[id]) {
            case (.pending, _): CancelAnswer(id: id, kind: .neverRan, state: .cancelled)
            case (.running, .cancelled?):
                CancelAnswer(id: id, kind: .terminated, state: .cancelled)
            case (.running, let end?): CancelAnswer(id: id, kind: .tooLate, state: end)
            case (.running, nil): CancelAnswer(id: id, kind: unended, state: .running)
            case (let end, _): CancelAnswer(id: id, kind: .tooLate, state: end)
            }
        }
    }
}
