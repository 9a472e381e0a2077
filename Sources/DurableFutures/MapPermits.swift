import Synchronization

/// How far ahead of its reader a `map` may submit.
final class MapPermits: Sendable {
    fileprivate struct State {
        var available: Int
        let step: Int
        let least: Int
        var isClosed = false
        /// Nobody is going to give anything back any more.
        var isAbandoned = false
        var waiter: (limit: Int, continuation: CheckedContinuation<Int, Never>)?
    }

    private let state: Mutex<State>

    /// `bufferSize` inputs at once; `nil` is no bound.
    ///
    /// Permits are granted in multiples of `step`, so that the same inputs make the same chunks
    /// however fast they are read; and no fewer than a quarter of the buffer, so that what is
    /// submitted shares its commits.
    init(bufferSize: Int?, step: Int) {
        let quarter = (bufferSize ?? 0) / 4 / step * step
        state = Mutex(
            State(available: bufferSize ?? .max, step: step, least: max(step, quarter)))
    }

    /// Takes up to `limit` permits, waiting until there are enough to be granted; 0 once it is
    /// closed, or abandoned and there are none. One caller only.
    func take(upTo limit: Int) async -> Int {
        await withCheckedContinuation { continuation in
            let granted = state.withLock { state -> Int? in
                if state.isClosed { return 0 }
                if let granted = state.grant(limit) { return granted }
                if state.isAbandoned { return 0 }
                state.waiter = (limit, continuation)
                return nil
            }
            if let granted { continuation.resume(returning: granted) }
        }
    }

    /// One result was taken.
    func giveBack() {
        wake { state in
            if state.available < .max { state.available += 1 }
            return state.waiter.flatMap { state.grant($0.limit) }
        }
    }

    /// Nothing more is to be submitted.
    func close() {
        wake { state in
            state.isClosed = true
            return 0
        }
    }

    /// Nobody is going to read.
    func abandon() {
        wake { state in
            state.isAbandoned = true
            return 0
        }
    }

    private func wake(_ grant: (inout State) -> Int?) {
        let woken = state.withLock { state -> (CheckedContinuation<Int, Never>, Int)? in
            guard let granted = grant(&state), let waiter = state.waiter else { return nil }
            state.waiter = nil
            return (waiter.continuation, granted)
        }
        if let (continuation, granted) = woken { continuation.resume(returning: granted) }
    }
}

extension MapPermits.State {
    mutating func grant(_ limit: Int) -> Int? {
        guard available >= least else { return nil }
        let granted = min(limit, available) / step * step
        if available < .max { available -= granted }
        return granted
    }
}
