package import FutureModel

/// Decides when to claim how much for which pool. Pure: each event returns the claim to make.
///
/// One claim a pool is under way at a time, for all of its free slots; a pool that found less
/// than it asked for sleeps until a commit says that there is more.
package struct Dispatcher: Sendable {
    package struct Claim: Sendable, Hashable {
        package var pool: PoolKind
        package var limit: Int
    }

    private struct Lane {
        var capacity: Int
        var running = 0
        /// There may be something to claim; true at first, since a journal may hold a backlog.
        var claimable = true
        var underway: Claim?
        /// More became claimable while a claim was under way, which may have missed it.
        var stirred = false
    }

    private var lanes: [PoolKind: Lane]
    /// Whether anything is claimed at all.
    package private(set) var isOpen = false

    package init(capacities: [PoolKind: Int]) {
        lanes = capacities.mapValues { Lane(capacity: $0) }
    }

    /// Begins to claim; the first claims.
    package mutating func open() -> [Claim] {
        isOpen = true
        return lanes.keys.compactMap { next($0) }
    }

    /// No further claim is made; one under way is still to be answered.
    package mutating func close() { isOpen = false }

    package mutating func becameClaimable(_ pools: Set<PoolKind>) -> [Claim] {
        pools.compactMap { pool in
            guard lanes[pool] != nil else { return nil }
            lanes[pool]!.claimable = true
            lanes[pool]!.stirred = true
            return next(pool)
        }
    }

    /// The claim under way for `pool` yielded `count` attempts.
    package mutating func claimed(_ pool: PoolKind, count: Int) -> Claim? {
        guard var lane = lanes[pool], let claim = lane.underway else { return nil }
        lane.underway = nil
        lane.running += count
        if count < claim.limit, !lane.stirred { lane.claimable = false }
        lanes[pool] = lane
        return next(pool)
    }

    /// The claim under way for `pool` failed; ``becameClaimable(_:)`` tries again.
    package mutating func claimFailed(_ pool: PoolKind) {
        lanes[pool]?.underway = nil
    }

    /// An attempt of `pool` has ended.
    package mutating func slotFreed(_ pool: PoolKind) -> Claim? {
        lanes[pool]?.running -= 1
        return next(pool)
    }

    package func running(_ pool: PoolKind) -> Int { lanes[pool]?.running ?? 0 }

    /// Nothing runs, nothing is being claimed, and nothing more is to be claimed now.
    package var isIdle: Bool {
        lanes.values.allSatisfy { lane in
            lane.running == 0 && lane.underway == nil && !(isOpen && lane.claimable)
        }
    }

    private mutating func next(_ pool: PoolKind) -> Claim? {
        guard isOpen, let lane = lanes[pool], lane.claimable, lane.underway == nil,
            lane.running < lane.capacity
        else { return nil }
        let claim = Claim(pool: pool, limit: lane.capacity - lane.running)
        lanes[pool]!.underway = claim
        lanes[pool]!.stirred = false
        return claim
    }
}
