import FutureJournal
import FutureModel
import Synchronization

/// What had ended before a wait began, read from the journal as it is taken: the values of all
/// may be more than the memory holds.
final class EndedFutures: Sendable {
    /// How many are read at a time.
    static let portion = 64

    private struct State {
        var ids: ArraySlice<FutureID>
        var read: ArraySlice<FutureSnapshot> = []
    }

    private let journal: any Journal
    private let state: Mutex<State>

    init(_ ids: [FutureID], of journal: any Journal) {
        self.journal = journal
        state = Mutex(State(ids: ids[...]))
    }

    /// `nil` after the last. For one caller at a time.
    func next() async throws(QueueError) -> FutureSnapshot? {
        if let snapshot = state.withLock({ $0.read.popFirst() }) { return snapshot }
        let ids = state.withLock { state in
            defer { state.ids = state.ids.dropFirst(Self.portion) }
            return Array(state.ids.prefix(Self.portion))
        }
        if ids.isEmpty { return nil }
        let snapshots = try await journal.snapshots(ids)
        return state.withLock { state in
            state.read = snapshots[...]
            return state.read.popFirst()
        }
    }
}
