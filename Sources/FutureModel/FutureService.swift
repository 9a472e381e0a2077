/// All that can be asked of a journal's futures, by whoever answers: the engine that runs them,
/// a client of its socket, or the journal alone while no owner serves.
///
/// Methods throw ``QueueError`` only. An unknown id in a call with several fails the whole call
/// with `noSuchFuture` and changes nothing.
package protocol FutureService: Sendable {
    /// Journals all of `submissions` in one commit and returns their ids in the same order.
    func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID]

    /// In the order of `ids`.
    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord]

    /// In the order of `ids`: no more than where each stands and how it ended.
    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot]

    /// Each of `ids` once, as it ends; those that have ended come first. Finishes after the last.
    /// Unknown ids throw before any element. Only durable outcomes are seen. Breaking out of the
    /// stream, or cancelling the caller, leaves the futures as they are.
    func completions(of ids: [FutureID]) async throws(QueueError) -> Completions

    /// Returns once each has its answer: a running one is waited for until it has ended, or,
    /// where it can only be asked, until the grace time is over.
    func cancel(_ ids: [FutureID], _ request: CancelRequest) async throws(QueueError)
        -> [CancelAnswer]

    /// Submits again what each of `ids`, all ended, was asked to do; returns the new ids.
    func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID]

    /// By id, newest first unless the filter says otherwise; outputs are left out.
    /// A future that is damaged is told of beside the others.
    func list(_ filter: ListFilter) async throws(QueueError) -> FutureList

    func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry]

    /// What the latest attempt of a command has written so far.
    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput

    /// The output from its beginning, and on until the future ends, attempt after attempt. It holds
    /// nothing up: what is not taken in time is left out, and the next piece shows how much.
    func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks

    /// Journals `submission` and follows its output from before its first attempt begins. A command
    /// whose output is not taken waits until it is, as for the reader of a pipe.
    func run(_ submission: Submission) async throws(QueueError) -> FollowedFuture

    func stats() async throws(QueueError) -> QueueStats

    func status() async throws(QueueError) -> ServiceStatus

    /// What ``shutdown(_:)`` would do to each future that has not ended, now.
    func planShutdown(_ request: ShutdownRequest) async throws(QueueError) -> ShutdownPlan

    /// Begins the owner's shutdown and returns; the owner exits when it is through.
    func shutdown(_ request: ShutdownRequest) async throws(QueueError)
}

/// A service that can wake who waits for one future without a stream.
package protocol DirectEnds: Sendable {
    /// The end of `id`, once it has ended. Throws `CancellationError` where the caller is
    /// cancelled, which leaves the future as it is.
    func end(of id: FutureID) async throws -> FutureSnapshot
}

package typealias Completions = AsyncThrowingStream<FutureSnapshot, any Error>
package typealias OutputChunks = AsyncThrowingStream<OutputChunk, any Error>

/// A future that has just been submitted, and what it writes.
package struct FollowedFuture: Sendable {
    package var id: FutureID
    package var output: OutputChunks

    package init(id: FutureID, output: OutputChunks) {
        self.id = id
        self.output = output
    }
}

extension FutureService {
    /// Of a service that runs nothing by itself.
    package func run(_ submission: Submission) async throws(QueueError) -> FollowedFuture {
        guard let id = try await submit([submission]).first else {
            throw QueueError(.ioError, "The future was submitted, but its id was not returned.")
        }
        return FollowedFuture(id: id, output: try await followOutput(id))
    }
}
