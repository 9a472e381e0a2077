import FutureModel

/// What can be known of a journal without asking its owner.
protocol UnservedJournal: Sendable {
    /// Where the owner of this moment serves; `nil` if there is none, or it does not.
    func ownerSocket() throws(QueueError) -> String?
    /// In the order of `ids`; an unknown one is `noSuchFuture`.
    func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot]
    func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord]
    func record(_ id: FutureID) async throws(QueueError) -> FutureRecord
    /// Of the latest attempt that has ended.
    func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput
}
