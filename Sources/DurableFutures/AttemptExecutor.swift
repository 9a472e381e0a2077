public import FutureModel

/// The executor of the attempt that asks: what a task uses to submit further tasks and to wait
/// for them, on a thread or in a worker process alike.
///
///     let fib = TaskDefinition("fib") { (n: Int) -> Int in
///         if n < 2 { return n }
///         let executor = try AttemptExecutor.current()
///         let futures = try await executor.submit(fib, each: [n - 1, n - 2])
///         return try await futures[0].result() + futures[1].result()
///     }
///
/// An attempt that waits for another future lends its slot until that has ended, first of all to
/// that future: a pool of one is enough. A worker process that waits is kept, and another takes
/// its place, so a recursion takes as many processes as it is deep. Waits that can only end in
/// each other are the error `waitCycle`, which names the futures.
///
/// What is submitted goes to the same journal and belongs to nobody: it goes on when the attempt
/// fails, or is tried again; give it a key where it must not be submitted twice.
///
/// Await what is asked for before the task returns: in a worker process the executor ends with the
/// attempt, and whatever is left behind in a Swift task of its own gets `shutDown`.
public struct AttemptExecutor: DurableExecutor {
    public let core: ExecutorCore

    /// The executor of the attempt to which the calling Swift task belongs.
    ///
    /// - Throws: `QueueError` with code `badInput` outside of one.
    public static func current() throws(QueueError) -> AttemptExecutor {
        guard let link = AttemptLink.current else {
            throw QueueError(.badInput, "Only a running task has an executor of its own.")
        }
        return AttemptExecutor(
            core: ExecutorCore(service: link.service, journalPath: link.journalPath))
    }

    /// The future of the attempt to which the calling Swift task belongs; `nil` outside of one.
    public static var currentFuture: FutureID? { AttemptLink.current?.attempt.future }
}
