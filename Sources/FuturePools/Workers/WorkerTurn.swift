import FutureModel

/// One attempt at one worker, from the moment at which it is given to it.
struct WorkerTurn: Sendable {
    enum Heard {
        case goesOn
        case ended(WorkerRun, AttemptReport)
        /// Nothing that can be understood.
        case nonsense
    }

    let run: WorkerRun
    let line: WorkerLine
    private let sequence: UInt64
    private let mayMove: Bool
    let memory = MemoryKills()
    private var desk: AttemptDesk?
    private var hasAsked = false
    private var cancelWasSent = false

    /// - Parameter mayMove: Whether another worker may have it if this one dies before it begins.
    init(_ run: WorkerRun, _ line: WorkerLine, sequence: UInt64, mayMove: Bool) {
        self.run = run
        self.line = line
        self.sequence = sequence
        self.mayMove = mayMove
        line.attempts.append(
            .run(run.attempt, journalPath: run.owner?.journalPath ?? "", sequence: sequence))
    }

    /// Has the body's Swift task cancelled, once.
    mutating func cancel() {
        guard !cancelWasSent else { return }
        cancelWasSent = true
        line.control.append(Frame(kind: .cancel, sequence: sequence))
    }

    /// What its worker says. `onMore` is called where an answer waits for the socket to take it.
    mutating func hear(_ frame: Frame, onMore: @escaping @Sendable () -> Void) -> Heard {
        guard frame.sequence == sequence else { return .nonsense }
        if let ending = frame.ending {
            close()
            return .ended(run, AttemptReport(ending, pid: line.pid))
        }
        guard frame.kind == .ask else { return .nonsense }
        hasAsked = true
        if desk == nil { desk = makeDesk(onMore) }
        return desk?.take(frame) == false ? .nonsense : .goesOn
    }

    /// Nothing of it runs any more.
    func close() { desk?.close() }

    /// Whether another worker may have it, since nothing of it can have happened at `worker`, which
    /// has died.
    func canMove(from worker: Worker) -> Bool {
        let mayHaveBegun = hasAsked || (line.attempts.isEmpty && !worker.leftUnread)
        return mayMove && !mayHaveBegun && !cancelWasSent
    }

    private func makeDesk(_ onMore: @escaping @Sendable () -> Void) -> AttemptDesk? {
        run.owner.map { owner in
            AttemptDesk(run.attempt.id, owner) { [line, sequence] number, answer in
                let tooLarge = AttemptAnswer.refused(
                    QueueError(
                        .payloadTooLarge,
                        "A worker process is told at most \(Frame.bodyByteLimit) bytes at once."))
                let frame =
                    Frame.talk(.answer, number, answer, sequence: sequence)
                    ?? Frame.talk(.answer, number, tooLarge, sequence: sequence)
                if let frame { line.control.append(frame) }
                if line.control.flush() { onMore() }
            }
        }
    }
}
