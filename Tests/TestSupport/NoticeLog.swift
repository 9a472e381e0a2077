package import FutureJournal
package import FutureModel
import Synchronization

/// Collects the notices of a journal's commits. Made before the journal's first write.
package final class NoticeLog: Sendable {
    private final class Kept: Sendable {
        let notices = Mutex<[CommitNotice]>([])
    }

    private let kept = Kept()

    package init(_ journal: any Journal) {
        journal.setListener { [kept] notice in kept.notices.withLock { $0.append(notice) } }
    }

    package var notices: [CommitNotice] { kept.notices.withLock { $0 } }
    package var finished: [FutureSnapshot] { notices.flatMap(\.finished) }
    package var claimable: Set<PoolKind> { Set(notices.flatMap(\.claimable)) }
    package var due: Timestamp? { notices.compactMap(\.due).min() }
}
