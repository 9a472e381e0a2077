import FutureJournal
package import FutureModel
import FuturePools
import Synchronization

/// Shutdown: stop claiming, let run or stop what runs, close. Each step is taken by the event
/// that makes it possible; nobody waits in between.
extension Engine {
    package func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan {
        let pending = try await journal.stats().total.pending
        var entries: [ShutdownPlan.Entry] = []
        for state in [FutureState.running, .pending] {
            let list = try await journal.list(
                ListFilter(states: [state], limit: Limits.listCount))
            // What is not in a plan is not planned for.
            if let damaged = list.unreadable?.first {
                throw QueueError(.badJournal, damaged.message)
            }
            for record in list.futures.reversed() {
                let fate =
                    state == .running
                    ? request.fate(ofRunning: record.options) : request.fateOfPending
                entries.append(.init(id: record.id, state: state, fate: fate))
            }
        }
        let listed = entries.count { $0.state == .pending }
        return ShutdownPlan(
            request: request, entries: entries, unlisted: max(0, pending - listed))
    }

    /// Begins a shutdown, or makes one that is under way stricter: what it was to let run is then
    /// kept, cancelled or stopped as well, and the shorter of the grace times counts.
    package func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        let running = state.withLock { state -> [ClaimedAttempt]? in
            switch state.phase {
            case .serving: state.phase = .shuttingDown(request)
            case .shuttingDown(let earlier): state.phase = .shuttingDown(request.joining(earlier))
            case .interrupting: break
            case .closing, .stopped: return nil
            }
            if request.pending != .run { state.dispatcher.close() }
            return state.attempts.values.map(\.claimed)
        }
        guard let running else { return }
        // Where what is pending cannot be cancelled, it is kept, and all else goes on.
        var refusal: QueueError?
        if request.pending == .cancel {
            do throws(QueueError) {
                _ = try await journal.cancelAllPending(reason: "cancelled by a shutdown")
            } catch {
                refusal = error
            }
        }
        for claimed in running {
            if let cause = request.stopCause(for: claimed.options) { stop(claimed.id, cause) }
        }
        interruptHopeless()
        if let grace = request.grace {
            _ = time.schedule(after: grace) { [weak self] in self?.interrupt() }
        }
        closeIfIdle()
        if let refusal { throw refusal }
    }

    /// Stops everything that runs; it goes back to pending, uncharged. `now` does not wait for
    /// each one's own grace time.
    package func interrupt(now: Bool = false) {
        let running = state.withLock { state -> [ClaimedAttempt] in
            switch state.phase {
            case .closing, .stopped: return []
            case .serving, .shuttingDown, .interrupting: break
            }
            state.phase = .interrupting
            state.dispatcher.close()
            return state.attempts.values.map(\.claimed)
        }
        for claimed in running {
            let isStopping = state.withLock { $0[claimed.id]?.stop != nil }
            stop(claimed.id, .interrupted)
            // What was told to stop before had its time, unless it is a thread's: see `kill`.
            if now || (isStopping && claimed.pool == .thread) { kill(claimed) }
        }
        closeIfIdle()
    }

    /// Cancels all that runs on `pool`, killing it after `grace` even where it had been told to
    /// stop before.
    package func stopAll(_ pool: PoolKind, reason: String, grace: Duration?) {
        let running = state.withLock { state in
            state.attempts.values.filter { $0.claimed.pool == pool }
        }
        for attempt in running {
            stop(attempt.claimed.id, .cancelled(reason: reason), grace: grace)
            if grace == .zero, attempt.stop != nil { kill(attempt.claimed) }
        }
    }

    /// Returns once everything is closed, with the error that forced it, if one did.
    package func waitUntilStopped() async -> QueueError? {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> QueueError?? in
                if case .stopped(let error) = state.phase { return .some(error) }
                state.stopWaiters.append(continuation)
                return nil
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    func closeIfIdle() {
        if state.withLock({ $0.closeIfIdle() }) { close() }
    }

    /// Closes pools and journal, which nobody uses any more.
    func close() {
        Task {
            for pool in pools.values { await pool.shutdown() }
            await journal.close()
            finishStop(nil)
        }
    }

    /// The journal can no longer be written: nothing is acknowledged any more, and the owner is
    /// to exit. What runs is recovered by the next one.
    func fail(_ error: QueueError) { finishStop(error) }

    private func finishStop(_ error: QueueError?) {
        var waiters: [CheckedContinuation<QueueError?, Never>] = []
        var stirs: [FutureID: [Int: @Sendable () -> Void]] = [:]
        state.withLock { state in
            if case .stopped = state.phase { return }
            state.phase = .stopped(error)
            state.dispatcher.close()
            swap(&waiters, &state.stopWaiters)
            swap(&stirs, &state.stirs)
        }
        hub.close(error ?? Self.shutDownError)
        for stir in stirs.values.flatMap(\.values) { stir() }
        for waiter in waiters { waiter.resume(returning: error) }
    }

    package static let shutDownError = QueueError(
        .shutDown, "cannot schedule new futures after shutdown")
}
