import FutureJournal
import FutureModel
import FuturePools
import Synchronization

/// The pipeline of one attempt: begin → run → report → transition → settle or requeue.
extension Engine {
    /// Starts the clocks of attempts of one claim, which are registered, and hands them to their
    /// pool.
    func begin(_ attempts: [ClaimedAttempt], refused: Set<AttemptID>) {
        var admitted = attempts
        if !refused.isEmpty {
            admitted.removeAll { refused.contains($0.id) }
            for claimed in attempts where refused.contains(claimed.id) {
                ended(claimed, AttemptReport(.gaveUp))
            }
        }
        for claimed in admitted {
            Failpoint.attemptBegins.hit()
            if let limit = claimed.options.timeLimit { startTimeLimit(limit, of: claimed) }
        }
        if let kind = admitted.first?.pool {
            // A claim is made only for pools that exist.
            pools[kind]!.start(admitted) { [self] claimed, report in ended(claimed, report) }
        }
        let (stopped, stirs) = state.withLock { $0.haveStarted(attempts) }
        for stir in stirs { stir() }
        for attempt in stopped {
            pools[attempt.claimed.pool]?.stop(attempt.claimed.id, .ask)
            if attempt.isToBeKilled { kill(attempt.claimed) }
        }
    }

    private func startTimeLimit(_ limit: Duration, of claimed: ClaimedAttempt) {
        let timer = time.schedule(after: limit) { [weak self] in
            self?.stop(claimed.id, .timeLimit, grace: nil)
        }
        keep(timer, for: claimed.id)
    }

    /// Keeps `timer` until the attempt ends; cancels it at once if it has.
    private func keep(_ timer: ScheduledAction, for attempt: AttemptID) {
        let isKept = state.withLock { state in
            state[attempt]?.timers.append(timer)
            return state[attempt] != nil
        }
        if !isKept { timer.cancel() }
    }

    /// The end of an attempt: frees the slot and has the transition journaled, both at once, so
    /// that the settling and the next claim share a commit. Of two ends the first counts.
    func ended(_ claimed: ClaimedAttempt, _ report: AttemptReport) {
        Failpoint.attemptEnds.hit()
        let ended = state.withLock { state -> EndedAttempt? in
            let dismissed = state.dismissReturning(claimed.id, claimed.pool)
            guard let attempt = state[claimed.id] else {
                return dismissed.map { EndedAttempt(dismissed: $0) }
            }
            let transition = Transition.after(
                report.ending, attempt: claimed.id, stop: attempt.stop,
                options: claimed.options, charges: claimed.charges, jitter: jitter,
                place: place(of: claimed, report))
            let isEnd = if case .settle = transition { true } else { false }
            state.attempts[claimed.id.future] = nil
            state.unrecordedCount += 1
            let claim = state.free(attempt, isEnd: isEnd)
            return EndedAttempt(
                dismissed: dismissed, timers: attempt.timers, transition: transition,
                resumed: state.grantReturns(claimed.pool), claim: claim)
        }
        guard let ended else { return }
        ended.dismissed?.resume(returning: false)
        for timer in ended.timers { timer.cancel() }
        if let transition = ended.transition {
            record(transition, of: claimed.id, output: report.output)
        }
        for continuation in ended.resumed { continuation.resume(returning: true) }
        if let claim = ended.claim { make(claim) }
    }

    private func place(of claimed: ClaimedAttempt, _ report: AttemptReport) -> AttemptPlace {
        let pid = claimed.pool == .thread ? owner.process.pid : report.pid
        return AttemptPlace(pool: claimed.pool, pid: pid)
    }

    private struct EndedAttempt {
        /// Its own, which waited for a slot.
        var dismissed: CheckedContinuation<Bool, Never>?
        var timers: [ScheduledAction] = []
        var transition: Transition?
        /// Of others, which have got their slots back.
        var resumed: [CheckedContinuation<Bool, Never>] = []
        var claim: Dispatcher.Claim?
    }

    /// Journals a transition, again and again while the disk is full: an outcome is not lost.
    private func record(
        _ transition: Transition, of attempt: AttemptID, output: CapturedOutput?
    ) {
        let isPending = if case .requeue = transition { true } else { false }
        let answered: @Sendable (Result<Void, QueueError>) -> Void = { [self] answer in
            if case .failure(let error) = answer {
                report(error)
                if error.code == .diskFull {
                    _ = time.schedule(after: Self.pauseAfterFullDisk) { [self] in
                        record(transition, of: attempt, output: output)
                    }
                    return
                }
                if error.code != .attemptSuperseded { return fail(error) }
            }
            let (isIdle, hopeless, isBroken) = state.withLock { state in
                state.unrecordedCount -= 1
                return (state.closeIfIdle(), state.hopeless(), !state.broken.isEmpty)
            }
            if isIdle { close() }
            interrupt(hopeless)
            if isPending, isBroken { Task { await failWaits() } }
        }
        switch transition {
        case .settle(let outcome):
            journal.settle(attempt, outcome, output: output, reply: answered)
        case .requeue(let cause, let delay):
            let notBefore = delay > .zero ? time.now() + delay : nil
            journal.requeue(attempt, cause, notBefore: notBefore, output: output, reply: answered)
        }
    }

    // MARK: Stopping

    /// Tells an attempt to stop: asks it now, kills it after `grace`, by default its own. The
    /// first reason given is the one that counts; a later call can only shorten the grace time.
    func stop(_ attempt: AttemptID, _ cause: StopCause, grace: Duration? = nil) {
        let (running, isFirst) = state.withLock { state in
            let isFirst = state[attempt]?.stop == nil
            if isFirst { state[attempt]?.stop = cause }
            return (state[attempt], isFirst)
        }
        guard let running, isFirst || grace != nil else { return }
        let claimed = running.claimed
        if isFirst {
            note(cause.event, of: attempt.future, detail: "attempt \(attempt.number)")
            if running.isStarted { pools[claimed.pool]?.stop(attempt, .ask) }
            dismissReturning(attempt, claimed.pool)
        }
        let timer = time.schedule(after: grace ?? claimed.options.grace) { [weak self] in
            self?.kill(claimed)
        }
        keep(timer, for: attempt)
    }

    /// Ends an attempt that did not stop in time. A thread cannot be killed: it goes on, unless
    /// the owner is about to exit and takes it along.
    func kill(_ claimed: ClaimedAttempt) {
        let (isStarted, isInterrupting) = state.withLock { state in
            // Its pool does not know it yet; it is killed when it does.
            state[claimed.id]?.isToBeKilled = true
            let isStarted = state[claimed.id]?.isStarted == true
            if case .interrupting = state.phase { return (isStarted, true) }
            return (isStarted, false)
        }
        guard isStarted else { return }
        if claimed.pool == .thread {
            if isInterrupting { ended(claimed, AttemptReport(.gaveUp)) }
            return
        }
        note("kill_sent", of: claimed.id.future, detail: "attempt \(claimed.id.number)")
        pools[claimed.pool]?.stop(claimed.id, .kill)
    }

    /// Appends to a future's history beside what is going on; only the log hears of a failure.
    private func note(_ event: String, of future: FutureID, detail: String?) {
        Task {
            do throws(QueueError) {
                try await journal.note(event, of: future, detail: detail)
            } catch {
                report(error)
            }
        }
    }
}

extension StopCause {
    fileprivate var event: String {
        switch self {
        case .cancelled: "cancel_requested"
        case .timeLimit: "time_limit_reached"
        case .interrupted: "interrupt_requested"
        }
    }
}
