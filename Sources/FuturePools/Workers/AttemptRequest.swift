import FutureModel

/// What an attempt in a worker process asks of its owner, over the worker's own socket.
enum AttemptRequest: Codable, Sendable {
    case submit([Submission])
    case records([FutureID])
    /// Answered with as many of the first as fit into one message.
    case snapshots([FutureID])
    /// Answered with each as it ends, and then ``AttemptAnswer/done``.
    case ends([FutureID])
    case cancel([FutureID], CancelRequest)
    case retry([FutureID])
    case list(ListFilter)
    case history(FutureID)
    case output(FutureID)
    case stats
    case status
    case planShutdown(ShutdownRequest)
    case shutdown(ShutdownRequest)
    case lend(until: [FutureID], isBounded: Bool)
    case takeBack(Int)
    /// The answer to the question of that number is not wanted any more.
    case forget(UInt64)
}

/// What the owner answers.
enum AttemptAnswer: Codable, Sendable {
    case ids([FutureID])
    case records([FutureRecord])
    case snapshots([FutureSnapshot])
    case cancelled([CancelAnswer])
    case list(FutureList)
    case history([HistoryEntry])
    case output(CapturedOutput)
    case stats(QueueStats)
    case status(ServiceStatus)
    case plan(ShutdownPlan)
    case ticket(Int)
    case done
    case refused(QueueError)
}
