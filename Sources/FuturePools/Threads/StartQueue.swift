/// What waits for a thread of a pool, and how many threads wait for work. Pure, and locked by its
/// user.
///
/// One thread is woken at a time, and it wakes the next if there is more than it takes: where
/// bodies are short, few threads do all of the work and few wake-ups are paid for.
struct StartQueue<Item> {
    enum Put {
        case none
        /// Signal one sleeping thread.
        case wake
        /// Start a thread, or call ``startFailed()``.
        case startThread
    }

    enum Take {
        /// If so, one sleeping thread is to be signalled.
        case item(Item, isToWake: Bool)
        /// Until it is signalled.
        case sleep
        case end
    }

    private var waiting = Fifo<Item>()
    /// Threads that have nothing of an attempt to do: asleep, or about to look here.
    private var freeCount = 0
    private var sleepingCount = 0
    private var isClosed = false

    mutating func put(_ item: Item) -> Put {
        waiting.append(item)
        guard waiting.count > freeCount else { return wakeOne() ? .wake : .none }
        freeCount += 1
        return .startThread
    }

    /// The thread that a put asked for cannot be had; what waits is left to the others.
    mutating func startFailed() { freeCount -= 1 }

    /// Takes back what was put last.
    mutating func removeLast() { waiting.removeLast() }

    /// For a thread that is free.
    mutating func take() -> Take {
        if let item = waiting.popFirst() {
            freeCount -= 1
            return .item(item, isToWake: wakeOne())
        }
        if isClosed { return .end }
        sleepingCount += 1
        return .sleep
    }

    /// For a thread that the attempt which had it no longer needs; `nil` leaves the thread free,
    /// to look here next.
    mutating func takeNext() -> (item: Item, isToWake: Bool)? {
        if let item = waiting.popFirst() { return (item, wakeOne()) }
        freeCount += 1
        return nil
    }

    /// How many sleeping threads are to be signalled, to end.
    mutating func close() -> Int {
        isClosed = true
        defer { sleepingCount = 0 }
        return sleepingCount
    }

    private mutating func wakeOne() -> Bool {
        let isLooking = freeCount > sleepingCount
        guard !waiting.isEmpty, !isLooking, sleepingCount > 0 else { return false }
        sleepingCount -= 1
        return true
    }
}
