import FutureModel

/// The last futures that have ended here, so that who asks for a fresh outcome need not read the
/// journal. Bounded, in their number and in the size of each.
struct RecentEnds {
    static let capacity = 4096
    /// A larger outcome is read from the journal.
    static let outcomeByteLimit = 1024

    enum Look: Equatable {
        case ended(FutureSnapshot)
        case notEnded
        /// The journal knows.
        case unknown
    }

    private var snapshots: [FutureID: FutureSnapshot] = [:]
    /// In order of their ends; once it is full, the oldest stands at `oldest`.
    private var order: [FutureID] = []
    private var oldest = 0
    /// Ids up to this one may have ended without being here.
    private var forgottenUpTo = FutureID(rawValue: .max)
    /// Ids above this one are not known to exist.
    private var newest = FutureID(rawValue: 0)

    /// Every later end is told; ids up to `newest` were there before.
    mutating func begin(after newest: FutureID) {
        forgottenUpTo = newest
        self.newest = newest
    }

    mutating func submitted(_ ids: [FutureID]) { newest = max(newest, ids.max() ?? newest) }

    mutating func add(_ snapshot: FutureSnapshot) {
        guard snapshot.outcome.map({ $0.byteCount <= Self.outcomeByteLimit }) ?? false else {
            return forget(snapshot.id)
        }
        snapshots[snapshot.id] = snapshot
        if order.count < Self.capacity { return order.append(snapshot.id) }
        snapshots[order[oldest]] = nil
        forget(order[oldest])
        order[oldest] = snapshot.id
        oldest = (oldest + 1) % Self.capacity
    }

    private mutating func forget(_ id: FutureID) { forgottenUpTo = max(forgottenUpTo, id) }

    func look(_ id: FutureID) -> Look {
        if let snapshot = snapshots[id] { return .ended(snapshot) }
        return id > forgottenUpTo && id <= newest ? .notEnded : .unknown
    }
}

extension RecordedOutcome {
    fileprivate var byteCount: Int {
        switch self {
        case .succeeded(let value): value.byteCount
        case .failed(let failure): failure.message.utf8.count + (failure.payload?.byteCount ?? 0)
        case .cancelled(let reason): reason.utf8.count
        }
    }
}
