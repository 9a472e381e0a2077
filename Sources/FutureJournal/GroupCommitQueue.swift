import FutureModel

/// One write that was asked for. It may run more than once: again, alone, where a batch that it
/// was part of had to be rolled back.
struct Operation: Sendable {
    /// Runs in a transaction; returns what is to be done once that is committed.
    let run: @Sendable (WriteContext) throws(QueueError) -> @Sendable () -> Void
    let fail: @Sendable (QueueError) -> Void
}

/// Which operations the next transaction takes: pure, and locked by its user.
///
/// All that arrives while one transaction commits forms the next one.
struct GroupCommitQueue {
    /// A bound on how long one transaction can make a new operation wait.
    static let batchLimit = 1024

    enum Push {
        case wakeWriter
        case queued
        case refused(QueueError)
    }

    enum Pull {
        case batch([Operation])
        /// Nothing to do; the next push wakes the writer.
        case sleep
        case finish
    }

    private var waiting: [Operation] = []
    private var sleeping = false
    private var closed = false
    private var refusal: QueueError?

    var count: Int { waiting.count }

    mutating func push(_ operation: Operation) -> Push {
        if let refusal { return .refused(refusal) }
        waiting.append(operation)
        return wake()
    }

    mutating func pull() -> Pull {
        if waiting.isEmpty {
            if closed { return .finish }
            sleeping = true
            return .sleep
        }
        return .batch(takeWaiting())
    }

    /// What has come since the last pull, to join the transaction that is under way.
    mutating func takeWaiting() -> [Operation] {
        if waiting.count <= Self.batchLimit {
            defer { waiting = [] }
            return waiting
        }
        let batch = Array(waiting.prefix(Self.batchLimit))
        waiting.removeFirst(Self.batchLimit)
        return batch
    }

    /// Refuses what is pushed from now on; what waits is still done.
    mutating func close() -> Push {
        closed = true
        if refusal == nil { refusal = QueueError(.shutDown, "The journal is closed.") }
        return wake()
    }

    /// Refuses what is pushed from now on, and what waits, which the caller is to fail.
    mutating func stop(_ error: QueueError) -> [Operation] {
        refusal = error
        defer { waiting = [] }
        return waiting
    }

    private mutating func wake() -> Push {
        guard sleeping else { return .queued }
        sleeping = false
        return .wakeWriter
    }
}
