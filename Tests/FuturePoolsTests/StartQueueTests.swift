import Testing

@testable import FuturePools

struct StartQueueTests {
    private typealias Queue = StartQueue<Int>

    /// What a thread found, or `nil` if it sleeps.
    private func take(_ queue: inout Queue) -> (item: Int, isToWake: Bool)? {
        if case .item(let item, let isToWake) = queue.take() { return (item, isToWake) }
        return nil
    }

    @Test func eachItemThatNoThreadIsFreeForStartsOne() {
        var queue = Queue()
        #expect(queue.put(1) == .startThread)
        #expect(queue.put(2) == .startThread)
        #expect(take(&queue)?.item == 1)
        #expect(take(&queue)?.item == 2)
        #expect(queue.put(3) == .startThread)
    }

    @Test func freeThreadThatHasNotLookedYetIsCountedOn() {
        var queue = Queue()
        _ = queue.put(1)
        _ = take(&queue)
        #expect(queue.takeNext() == nil)
        #expect(queue.put(2) == .none)
        #expect(take(&queue)?.item == 2)
    }

    @Test func threadWhoseAttemptEndedTakesWhatWaits() throws {
        var queue = Queue()
        for number in 0..<3 { _ = queue.put(number) }
        for _ in 0..<3 { _ = take(&queue) }
        #expect(queue.takeNext() == nil)
        #expect(take(&queue) == nil, "one thread sleeps")
        #expect(queue.put(10) == .wake)
        #expect(queue.put(11) == .startThread)
        let next = queue.takeNext()
        #expect(
            try #require(next) == (10, false), "the one that was woken is on its way to the other")
        #expect(take(&queue)?.item == 11)
    }

    @Test func sleepersAreWokenOneByAnother() throws {
        var queue = Queue()
        for number in 0..<3 { _ = queue.put(number) }
        for _ in 0..<3 { _ = take(&queue) }
        for _ in 0..<3 {
            #expect(queue.takeNext() == nil)
            #expect(take(&queue) == nil)
        }
        #expect(queue.put(10) == .wake)
        #expect(queue.put(11) == .none)
        #expect(queue.put(12) == .none)
        #expect(queue.put(13) == .startThread)
        let first = try #require(take(&queue))
        #expect(first == (10, false), "the thread that was started is on its way")
        let second = try #require(take(&queue))
        #expect(second == (11, true))
        let third = try #require(take(&queue))
        #expect(third == (12, true))
        let fourth = try #require(take(&queue))
        #expect(fourth == (13, false))
    }

    @Test func whatNoThreadCanBeStartedForIsTakenByTheNext() {
        var queue = Queue()
        _ = queue.put(1)
        _ = take(&queue)
        #expect(queue.put(2) == .startThread)
        queue.startFailed()
        #expect(queue.takeNext()?.item == 2)
        #expect(queue.put(3) == .startThread)
        queue.startFailed()
        queue.removeLast()
        #expect(queue.takeNext() == nil)
        #expect(take(&queue) == nil)
    }

    @Test func closedQueueEndsThreadsOnceItIsEmpty() {
        var queue = Queue()
        for number in 0..<2 { _ = queue.put(number) }
        for _ in 0..<2 { _ = take(&queue) }
        #expect(queue.takeNext() == nil)
        #expect(take(&queue) == nil)
        #expect(queue.close() == 1)
        #expect(queue.takeNext() == nil)
        guard case .end = queue.take() else {
            Issue.record("a thread of a closed queue goes on")
            return
        }
    }
}

struct FifoTests {
    @Test func keepsTheOrderAndNothingElse() {
        var fifo = Fifo<Int>()
        var expected = 0
        for number in 0..<1000 {
            fifo.append(number)
            if number % 3 == 2 {
                #expect(fifo.popFirst() == expected)
                expected += 1
            }
        }
        #expect(fifo.count == 1000 - expected)
        while let number = fifo.popFirst() {
            #expect(number == expected)
            expected += 1
        }
        #expect(expected == 1000 && fifo.isEmpty)
    }

    @Test func takenElementIsLetGoOf() {
        final class Element {}
        var fifo = Fifo<Element>()
        weak var first: Element?
        do {
            let element = Element()
            first = element
            fifo.append(element)
            fifo.append(Element())
        }
        _ = fifo.popFirst()
        #expect(first == nil)
    }
}
