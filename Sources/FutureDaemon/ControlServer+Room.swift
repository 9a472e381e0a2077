import Synchronization

/// What may be made ready ahead of a reader: whoever makes more waits until some has been read.
///
/// One maker at a time.
final class Room: Sendable {
    private struct State {
        var used = 0
        var isOver = false
        var waiter: (size: Int, continuation: CheckedContinuation<Void, Never>)?

        mutating func takeWaiter(_ limit: Int) -> CheckedContinuation<Void, Never>? {
            guard let waiter, isOver || used == 0 || used + waiter.size <= limit else { return nil }
            used += waiter.size
            self.waiter = nil
            return waiter.continuation
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Waits for room for `size`, which a single one always has, or until it is over.
    func take(_ size: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.waiter = (size, continuation)
                return state.takeWaiter(limit)
            }
            ready?.resume()
        }
    }

    func give(_ size: Int) {
        let ready = state.withLock { state in
            state.used -= size
            return state.takeWaiter(limit)
        }
        ready?.resume()
    }

    /// Nobody waits for room any more.
    func end() {
        let ready = state.withLock { state in
            state.isOver = true
            return state.takeWaiter(limit)
        }
        ready?.resume()
    }
}
