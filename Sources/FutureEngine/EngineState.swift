import FutureModel
import FuturePools

/// What the engine holds in memory: all of it can be lost, and is rebuilt from the journal.
struct EngineState {
    var dispatcher: Dispatcher
    var attempts: [FutureID: RunningAttempt] = [:]
    /// Requests to stop that came after the claim of a future and before its attempt began.
    var earlyStops: [FutureID: StopCause] = [:]
    /// By the numbers of those who follow: called, once, when an attempt of the future begins or
    /// the future ends.
    var stirs: [FutureID: [Int: @Sendable () -> Void]] = [:]
    var phase = Phase.serving
    /// Attempts that have ended and whose transition is not committed yet.
    var unrecordedCount = 0
    var due: (at: Timestamp, timer: ScheduledAction)?
    /// What running attempts wait for.
    var waits: [FutureID: AttemptWaits] = [:]
    var nextTicket = 0
    /// Attempts whose waits are over and that want the slots back which they have lent.
    var returning:
        [PoolKind: [(attempt: AttemptID, continuation: CheckedContinuation<Bool, Never>)]] = [:]
    /// Why pools that are broken are so.
    var broken: [PoolKind: String] = [:]
    var stopWaiters: [CheckedContinuation<QueueError?, Never>] = []

    enum Phase {
        case serving
        case shuttingDown(ShutdownRequest)
        /// The grace time is over, or was cut short: what runs is told to stop.
        case interrupting
        /// Nothing runs; pools and journal are being closed.
        case closing
        /// All is closed; the error is why, where it was not asked for.
        case stopped(QueueError?)
    }
}

/// An attempt from its claim to its report.
struct RunningAttempt {
    let claimed: ClaimedAttempt
    /// Whether its pool has it, so that it can be told to stop.
    var isStarted = false
    /// Whether it waits for another future and others run in its place.
    var isLent = false
    /// Whether a slot is kept for it, since what it waits for has ended.
    var isExpected = false
    /// The first reason for which it was told to stop; it is the one that counts.
    var stop: StopCause?
    /// Its time to stop was over before its pool had it.
    var isToBeKilled = false
    var timers: [ScheduledAction] = []
}

extension EngineState {
    /// The running attempt that `id` names, unless it has ended.
    subscript(id: AttemptID) -> RunningAttempt? {
        get { attempts[id.future].flatMap { $0.claimed.id == id ? $0 : nil } }
        set {
            if self[id] != nil { attempts[id.future] = newValue }
        }
    }

    /// Registers claimed attempts; those that are not to run after all.
    mutating func register(_ claimed: [ClaimedAttempt]) -> Set<AttemptID> {
        var refused: Set<AttemptID> = []
        for attempt in claimed {
            let early =
                earlyStops.isEmpty ? nil : earlyStops.removeValue(forKey: attempt.id.future)
            let cause = early ?? shutdownCause(attempt)
            attempts[attempt.id.future] = RunningAttempt(claimed: attempt, stop: cause)
            if cause != nil { refused.insert(attempt.id) }
        }
        return refused
    }

    /// Their pools have them: those that were told to stop meanwhile, and who is to be told of
    /// their beginning.
    mutating func haveStarted(
        _ claimed: [ClaimedAttempt]
    ) -> (stopped: [RunningAttempt], stirs: [@Sendable () -> Void]) {
        var stopped: [RunningAttempt] = []
        var stirred: [@Sendable () -> Void] = []
        for attempt in claimed {
            self[attempt.id]?.isStarted = true
            if let running = self[attempt.id], running.stop != nil { stopped.append(running) }
            if !stirs.isEmpty { stirred += takeStirs(of: attempt.id.future) }
        }
        return (stopped, stirred)
    }

    mutating func takeStirs(of id: FutureID) -> [@Sendable () -> Void] {
        stirs.removeValue(forKey: id).map { Array($0.values) } ?? []
    }

    /// What the shutdown under way means for an attempt that was claimed as it began.
    private func shutdownCause(_ claimed: ClaimedAttempt) -> StopCause? {
        switch phase {
        case .serving, .closing, .stopped: return nil
        case .interrupting: return .interrupted
        case .shuttingDown(let request):
            if request.pending == .run { return nil }
            return request.stopCause(for: claimed.options)
        }
    }

    /// A shutdown is under way and nothing is left to wait for; now closing.
    mutating func closeIfIdle() -> Bool {
        switch phase {
        case .serving, .closing, .stopped: return false
        case .shuttingDown, .interrupting: break
        }
        guard dispatcher.isIdle, unrecordedCount == 0 else { return false }
        phase = .closing
        // What a submit that is under way makes claimable is left to the next owner.
        dispatcher.close()
        due?.timer.cancel()
        due = nil
        return true
    }
}

extension ShutdownRequest {
    /// Why a running attempt is told to stop at the beginning of this shutdown, if it is.
    func stopCause(for options: SubmitOptions) -> StopCause? {
        switch fate(ofRunning: options) {
        case .requeue: .interrupted
        case .cancel: .cancelled(reason: "cancelled by a shutdown")
        case .finish, .keep, .run: nil
        }
    }
}
