import FutureEngine
import FutureModel
import Testing

/// When the dispatcher claims, and how much.
struct DispatcherTests {
    private var dispatcher = Dispatcher(capacities: [.thread: 4])

    private typealias Claim = Dispatcher.Claim

    @Test mutating func claimsForAllSlotsOnce() {
        #expect(dispatcher.becameClaimable([.thread]) == [], "closed until it is opened")
        #expect(dispatcher.open() == [Claim(.thread)])
        #expect(dispatcher.becameClaimable([.thread]) == [], "one claim at a time")
        #expect(dispatcher.slots(.thread) == 4)
        #expect(dispatcher.slots(.process) == 0, "none is under way")
    }

    @Test mutating func sleepsWhenItFoundLessThanItAskedFor() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 1) == nil)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.isIdle)
        #expect(dispatcher.becameClaimable([.thread]) == [Claim(.thread)])
    }

    @Test mutating func asksAgainIfMoreCameMeanwhile() {
        _ = dispatcher.open()
        #expect(dispatcher.slots(.thread) == 4)
        _ = dispatcher.becameClaimable([.thread])
        #expect(dispatcher.claimed(Claim(.thread), count: 1) == Claim(.thread))
        #expect(dispatcher.claimed(.thread, count: 0) == nil)
    }

    @Test mutating func whatCameBeforeTheClaimWasMadeIsNotAskedForAgain() {
        _ = dispatcher.open()
        _ = dispatcher.becameClaimable([.thread])
        #expect(dispatcher.claimed(.thread, count: 1) == nil)
    }

    @Test mutating func aClaimIsForAllSlotsThatAreFreeWhenItIsMade() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 4) == nil)
        #expect(dispatcher.slotFreed(.thread) == Claim(.thread))
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.slots(.thread) == 3)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.slots(.thread) == 4, "it is made again, after its batch was split")
        #expect(dispatcher.claimed(Claim(.thread), count: 4) == nil)
        #expect(dispatcher.running(.thread) == 4)
    }

    @Test mutating func aClaimThatIsMadeAfterTheEndOfClaimingIsForNothing() {
        _ = dispatcher.open()
        dispatcher.close()
        #expect(dispatcher.slots(.thread) == 0)
        #expect(dispatcher.claimed(Claim(.thread), count: 0) == nil)
        #expect(dispatcher.isIdle)
    }

    @Test mutating func aSlotThatIsBeingFilledIsNotGivenBack() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 4) == nil)
        _ = dispatcher.lend(.thread, for: [])
        dispatcher.wantsBack(.thread)
        #expect(dispatcher.slots(.thread) == 0, "it is for the one that comes back")
        let returned = dispatcher.grantReturn(.thread)
        #expect(returned)
        #expect(dispatcher.slotFreed(.thread) == nil)
        #expect(dispatcher.slots(.thread) == 1)
        _ = dispatcher.lend(.thread, for: [7])
        dispatcher.wantsBack(.thread)
        let filled = dispatcher.grantReturn(.thread)
        #expect(!filled)
    }

    @Test mutating func claimsOnlyForFreeSlots() {
        _ = dispatcher.open()
        #expect(dispatcher.claimed(.thread, count: 4) == nil, "all slots are taken")
        #expect(dispatcher.slotFreed(.thread) == Claim(.thread))
        #expect(dispatcher.slots(.thread) == 1)
        #expect(dispatcher.slotFreed(.thread) == nil, "one claim at a time")
        #expect(dispatcher.claimed(Claim(.thread), count: 1) == Claim(.thread))
    }

    @Test mutating func failedClaimIsMadeAgainWhenStirred() {
        _ = dispatcher.open()
        dispatcher.claimFailed(Claim(.thread))
        #expect(dispatcher.becameClaimable([.thread]) == [Claim(.thread)])
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
        #expect(dispatcher.lend(.thread, for: [7]) == Claim(.thread, ids: [7]))
        #expect(dispatcher.claimed(Claim(.thread, ids: [7]), count: 1) == nil)
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
        #expect(dispatcher.lend(.thread, for: []) == Claim(.thread))
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
    /// The claim under way is made now, for all slots that are free, and yields `count` attempts.
    fileprivate mutating func claimed(_ pool: PoolKind, count: Int) -> Claim? {
        _ = slots(pool)
        return claimed(Claim(pool), count: count)
    }
}
