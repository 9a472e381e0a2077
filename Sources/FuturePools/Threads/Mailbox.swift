import Dispatch
import Synchronization

/// Items that one thread takes in the order in which others put them. The taker sleeps while
/// there are none; putting costs a system call only if it sleeps.
final class Mailbox<Item: Sendable>: Sendable {
    private struct State {
        var items = Fifo<Item>()
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// False if the box is closed; then the item was not put.
    func put(_ item: Item) -> Bool {
        let (accepted, wake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.items.append(item)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if wake { wakeUp.signal() }
        return accepted
    }

    /// The next item; `nil` once the box is closed and empty. For one thread only.
    func take() -> Item? {
        while true {
            let (item, isClosed) = state.withLock { state -> (Item?, Bool) in
                if let item = state.items.popFirst() { return (item, false) }
                state.isAsleep = !state.isClosed
                return (nil, state.isClosed)
            }
            if let item { return item }
            if isClosed { return nil }
            wakeUp.wait()
        }
    }

    func close() {
        let wake = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wake { wakeUp.signal() }
    }
}
