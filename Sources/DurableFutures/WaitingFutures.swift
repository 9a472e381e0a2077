import FutureModel
import Synchronization

/// The futures of one wait that have not ended, by journal; each is let go of when it has.
final class WaitingFutures<Value: Sendable>: Sendable {
    /// One of the journals, and those of its futures that have not ended.
    struct Journal: Sendable {
        let core: ExecutorCore
        let ids: [FutureID]
        /// Whether there is no other.
        let isOnly: Bool
    }

    private struct State {
        /// By the journal's path.
        var missing: [String: [FutureID: Future<Value>]]
        /// Those that have ended and were not read.
        var unreadCount = 0

        var journals: [Journal] {
            missing.values.compactMap { futures in
                futures.values.first.map {
                    Journal(
                        core: $0.core, ids: futures.keys.sorted(), isOnly: missing.count == 1)
                }
            }
        }
    }

    private let state: Mutex<State>
    let total: Int

    init(_ futures: Set<Future<Value>>) {
        let journals = Dictionary(grouping: futures, by: \.core.journalPath)
        let missing = journals.mapValues { futures in
            Dictionary(uniqueKeysWithValues: futures.map { ($0.id, $0) })
        }
        state = Mutex(State(missing: missing))
        total = futures.count
    }

    var count: Int { state.withLock { $0.missing.values.reduce(0) { $0 + $1.count } } }

    var journals: [Journal] { state.withLock { $0.journals } }

    /// A journal for whose futures the reader is about to wait; `nil` if there is something to
    /// read, or nothing to come.
    var journalToWaitFor: Journal? {
        state.withLock { $0.unreadCount == 0 ? $0.journals.first : nil }
    }

    func isWaiting(in journal: Journal) -> Bool {
        state.withLock { $0.missing[journal.core.journalPath] != nil }
    }

    /// The future that has ended, the first time that this is said of it.
    func take(_ id: FutureID, in journal: Journal) -> Future<Value>? {
        state.withLock { state in
            let path = journal.core.journalPath
            guard let future = state.missing[path]?.removeValue(forKey: id) else { return nil }
            if state.missing[path]?.isEmpty == true { state.missing[path] = nil }
            state.unreadCount += 1
            return future
        }
    }

    func wasRead() { state.withLock { $0.unreadCount -= 1 } }
}
