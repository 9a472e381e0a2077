/// What one slot does with its worker and with the attempt that it has: pure, and locked by its
/// user.
///
/// A worker that can take attempts is with the pool's reader, and attempts go to it straight away;
/// what takes longer, such as to start one or to bury one, is an errand of the slot's own thread.
struct SlotState {
    enum Errand {
        /// Start a worker for this attempt; or end it, if it is told to stop.
        case begin(WorkerRun, mayMove: Bool)
        /// A worker has to go, or is gone; with the attempt that it had.
        case bury(Worker, WorkerTurn?, WorkerFault)
        /// A worker has done what it was there for.
        case retire(Worker)
        /// Nothing more is to be done, ever.
        case leave
    }

    /// To the worker, while it is with the reader.
    private var line: WorkerLine?
    private var attemptCount: UInt64 = 0
    private let attemptLimit: UInt64
    private var turn: WorkerTurn?
    private var errands = Fifo<Errand>()
    private var isClosed = false

    init(attemptLimit: UInt64 = .max) { self.attemptLimit = attemptLimit }

    /// Takes an attempt. The line to flush, where there is a worker for it; else the thread is to
    /// be woken.
    mutating func put(_ run: WorkerRun, mayMove: Bool = true) -> WorkerLine? {
        guard let line, !run.isStopping else {
            errands.append(.begin(run, mayMove: mayMove))
            return nil
        }
        attemptCount += 1
        turn = WorkerTurn(run, line, sequence: attemptCount, mayMove: mayMove)
        return line
    }

    /// An attempt is told to stop. The line to flush, if it is at a worker.
    mutating func stopped(_ run: WorkerRun) -> WorkerLine? {
        guard turn?.run === run else { return nil }
        turn?.cancel()
        return line
    }

    /// Nothing is put here any more.
    mutating func close() { isClosed = true }

    // MARK: The reader

    /// What a frame of the worker means for its attempt.
    mutating func hear(_ frame: Frame, onMore: @escaping @Sendable () -> Void) -> WorkerTurn.Heard {
        // What an attempt has left behind may ask while its ending is on its way; nobody listens.
        let openSequence = turn == nil ? attemptCount + 1 : attemptCount
        if frame.kind == .ask, (1..<openSequence).contains(frame.sequence) { return .goesOn }
        guard let heard = turn?.hear(frame, onMore: onMore) else { return .nonsense }
        if case .ended = heard { turn = nil }
        return heard
    }

    /// Takes back a worker from the reader, if it is no longer wanted there; then the thread is to
    /// be woken.
    mutating func release(_ worker: Worker) -> Bool {
        if let turn {
            guard turn.run.isToBeKilled else { return false }
            release(worker, .isToBeKilled)
        } else {
            guard isClosed || attemptCount >= attemptLimit else { return false }
            line = nil
            errands.append(.retire(worker))
        }
        return true
    }

    /// Takes back a worker that can be heard no longer; the thread is to be woken.
    mutating func release(_ worker: Worker, _ fault: WorkerFault) {
        errands.append(.bury(worker, turn, fault))
        (line, turn) = (nil, nil)
    }

    // MARK: The slot's thread

    /// What is to be done next; `nil` until the thread is woken.
    mutating func nextErrand() -> Errand? {
        if let errand = errands.popFirst() { return errand }
        return isClosed && line == nil ? .leave : nil
    }

    /// A worker is ready, and is given to the reader.
    mutating func becameWarm(_ line: WorkerLine) {
        self.line = line
        attemptCount = 0
    }
}
