import FutureEngine
import FutureModel
import Testing

/// When the dispatcher claims, and how much.
struct DispatcherTests {
    private var dispatcher = Dispatcher(capacities: [.thread: 4])

    private typealias Claim = Dispatcher.Claim

    @Test mutating func claimsForAllSlotsOnce() {
        #expect(dispatcher.becameClaimable([.thread]) == [], "closed until it is opened")
        #expect(dispatcher.open().map(\.limit) == [4])
        #expect(dispatcher.becameClaimable([.thread]) == [], "one claim at a time")
    }

    @Test mutating func sleepsWhenItFoundLessThanItAskedFor() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 1) == nil)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.isIdle)
        #expect(dispatcher.becameClaimable([.thread]).map(\.limit) == [4])
    }

    @Test mutating func asksAgainIfMoreCameMeanwhile() {
        _ = dispatcher.open()
        _ = dispatcher.becameClaimable([.thread])
        #expect(dispatcher.claimed(.thread, count: 1)?.limit == 3)
        #expect(dispatcher.claimed(.thread, count: 0) == nil)
    }

    @Test mutating func claimsOnlyForFreeSlots() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 4) == nil, "all slots are taken")
        #expect(dispatcher.slotFreed(.thread)?.limit == 1)
        #expect(dispatcher.slotFreed(.thread) == nil, "one claim at a time")
        #expect(dispatcher.claimed(Claim(.thread, limit: 1), count: 1)?.limit == 1)
    }

    @Test mutating func failedClaimIsMadeAgainWhenStirred() {
        _ = dispatcher.open()
        dispatcher.claimFailed(Claim(.thread, limit: 4))
        #expect(dispatcher.becameClaimable([.thread]).map(\.limit) == [4])
    }

    @Test mutating func closedItIsIdleOnceNothingRuns() {
        _ = dispatcher.open()
        dispatcher.close()
        #expect(!dispatcher.isIdle, "a claim is under way")
        #expect(dispatcher.claimed(.thread, count: 1) == nil)
        #expect(!dispatcher.isIdle)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.isIdle)
        #expect(dispatcher.becameClaimable([.thread]) == [])
    }

    @Test mutating func poolsThatAreNotThereAreIgnored() {
        _ = dispatcher.open()
        #expect(dispatcher.becameClaimable([.process]) == [])
    }

    @Test mutating func aLentSlotIsForWhatIsAwaited() {
        _ = dispatcher.open()
        _ = dispatcher.claimed(.thread, count: 4)
        #expect(dispatcher.lend(.thread, for: [7]) == Claim(.thread, limit: 1, ids: [7]))
        #expect(dispatcher.claimed(Claim(.thread, limit: 1, ids: [7]), count: 1) == nil)
        dispatcher.wantsBack(.thread)
        let early = dispatcher.grantReturn(.thread)
        #expect(!early, "all slots are taken")
        #expect(dispatcher.slotFreed(.thread) == nil, "it is for the one that comes back")
        let late = dispatcher.grantReturn(.thread)
        #expect(late)
        #expect(dispatcher.running(.thread) == 4)
    }

    @Test mutating func aLentSlotIsForAnybodyWhereWhatIsAwaitedRuns() {
        _ = dispatcher.open()
        _ = dispatcher.becameClaimable([.thread])
        _ = dispatcher.claimed(.thread, count: 4)
        #expect(dispatcher.lend(.thread, for: []) == Claim(.thread, limit: 1))
        #expect(!dispatcher.isIdle)
        #expect(dispatcher.lentEnded(.thread) == nil)
    }

    @Test mutating func aBrokenPoolClaimsNothingAndIsIdle() {
        _ = dispatcher.open()
        _ = dispatcher.claimed(.thread, count: 1)
        dispatcher.broke(.thread)
        #expect(dispatcher.becameClaimable([.thread]) == [])
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.isIdle)
    }
}

extension Dispatcher {
    fileprivate mutating func claimed(_ pool: PoolKind, count: Int) -> Claim? {
        claimed(Claim(pool, limit: 4), count: count)
    }
}
