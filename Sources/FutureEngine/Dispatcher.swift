package import FutureModel

/// Decides when to claim how much for which pool. Pure: each event returns the claim to make.
///
/// One claim a pool is under way at a time. Its size is asked for when its transaction comes to
/// it, so that it is for all slots that are free by then; a pool that found less than it asked
/// for sleeps until a commit says that there is more. An attempt that waits for
/// another future lends its slot, first of all to that future, and comes back before anything
/// else is claimed.
package struct Dispatcher: Sendable {
    package struct Claim: Sendable, Hashable {
        package var pool: PoolKind
        /// The only futures to claim, the first that can be; empty is any.
        package var ids: [FutureID]

        package init(_ pool: PoolKind, ids: [FutureID] = []) {
            self.pool = pool
            self.ids = ids
        }
    }

    private struct Lane {
        var capacity: Int
        var running = 0
        /// Attempts that wait and have lent their slots; those of them that want them back.
        var lent = 0
        var returning = 0
        /// Slots for which the futures that an attempt waits for are being claimed.
        var directed = 0
        /// Slots that are kept for attempts whose waits have just ended.
        var expected = 0
        var isBroken = false
        /// There may be something to claim; true at first, since a journal may hold a backlog.
        var claimable = true
        /// The slots that the claim under way may fill, none before ``slots(_:)`` has told it;
        /// `nil` if there is none.
        var underway: Int?
        /// More became claimable since the claim under way was told its size: it may have missed
        /// that.
        var stirred = false

        /// Slots that a claim may fill.
        var free: Int { capacity - running - directed - expected - returning }
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

    /// How many attempts the claim that is under way for `pool` is to yield: it is being made.
    package mutating func slots(_ pool: PoolKind) -> Int {
        guard let lane = lanes[pool], lane.underway != nil else { return 0 }
        let slots = isOpen && !lane.isBroken ? max(0, lane.free) : 0
        lanes[pool]!.underway = slots
        lanes[pool]!.stirred = false
        return slots
    }

    /// A claim that was made yielded `count` attempts.
    package mutating func claimed(_ claim: Claim, count: Int) -> Claim? {
        let pool = claim.pool
        guard var lane = lanes[pool] else { return nil }
        lane.running += count
        if claim.ids.isEmpty {
            if count < lane.underway ?? 0, !lane.stirred { lane.claimable = false }
            lane.underway = nil
        } else {
            lane.directed -= 1
        }
        lanes[pool] = lane
        return next(pool)
    }

    /// A claim that was made failed; ``becameClaimable(_:)`` tries again.
    package mutating func claimFailed(_ claim: Claim) {
        if claim.ids.isEmpty {
            lanes[claim.pool]?.underway = nil
        } else {
            lanes[claim.pool]?.directed -= 1
        }
    }

    /// An attempt of `pool` has ended.
    package mutating func slotFreed(_ pool: PoolKind) -> Claim? {
        lanes[pool]?.running -= 1
        return next(pool)
    }

    // MARK: Lending

    /// An attempt of `pool` waits for one of `ids`.
    package mutating func lend(_ pool: PoolKind, for ids: [FutureID]) -> Claim? {
        guard lanes[pool] != nil else { return nil }
        lanes[pool]!.running -= 1
        lanes[pool]!.lent += 1
        guard isOpen, !ids.isEmpty, !lanes[pool]!.isBroken, lanes[pool]!.free > 0 else {
            return next(pool)
        }
        lanes[pool]!.directed += 1
        return Claim(pool, ids: ids)
    }

    /// An attempt of `pool` has ended for which another of it waits, which has lent its slot: that
    /// one goes on before anything else is claimed.
    package mutating func slotFreedForReturn(_ pool: PoolKind) {
        lanes[pool]?.running -= 1
        lanes[pool]?.expected += 1
    }

    /// The attempt for which a slot was kept takes it.
    package mutating func expectedReturned(_ pool: PoolKind) {
        lanes[pool]?.expected -= 1
        lanes[pool]?.lent -= 1
        lanes[pool]?.running += 1
    }

    /// The attempt for which a slot was kept does not need it.
    package mutating func expectedIsOff(_ pool: PoolKind) -> Claim? {
        lanes[pool]?.expected -= 1
        return next(pool)
    }

    /// An attempt of `pool` that has lent its slot wants one back; ``grantReturn(_:)`` says when.
    package mutating func wantsBack(_ pool: PoolKind) { lanes[pool]?.returning += 1 }

    /// One that wanted its slot back is told to stop instead.
    package mutating func noLongerWantsBack(_ pool: PoolKind) { lanes[pool]?.returning -= 1 }

    /// Whether one that wants its slot back has it now.
    package mutating func grantReturn(_ pool: PoolKind) -> Bool {
        guard let lane = lanes[pool], lane.returning > 0,
            lane.running + lane.directed + lane.expected + (lane.underway ?? 0) < lane.capacity
        else { return false }
        lanes[pool]!.returning -= 1
        lanes[pool]!.lent -= 1
        lanes[pool]!.running += 1
        return true
    }

    /// An attempt of `pool` has ended while its slot was lent.
    package mutating func lentEnded(_ pool: PoolKind) -> Claim? {
        lanes[pool]?.lent -= 1
        return next(pool)
    }

    /// Nothing of `pool` can run any more.
    package mutating func broke(_ pool: PoolKind) { lanes[pool]?.isBroken = true }

    // MARK: State

    package func running(_ pool: PoolKind) -> Int {
        lanes[pool].map { $0.running + $0.lent } ?? 0
    }

    /// Nothing runs, nothing is being claimed, and nothing more is to be claimed now.
    package var isIdle: Bool {
        lanes.values.allSatisfy { lane in
            lane.running + lane.lent + lane.directed == 0 && lane.underway == nil
                && !(isOpen && lane.claimable && !lane.isBroken)
        }
    }

    private mutating func next(_ pool: PoolKind) -> Claim? {
        guard isOpen, let lane = lanes[pool], lane.claimable, !lane.isBroken,
            lane.underway == nil, lane.free > 0
        else { return nil }
        lanes[pool]!.underway = 0
        return Claim(pool)
    }
}
