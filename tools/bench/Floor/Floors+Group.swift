import Foundation
import Synchronization

extension Floors {
    /// Threads that submit one row after another; one writer, whose next commit takes what has
    /// come during the last.
    static func submitGrouped(
        _ setting: Setting, callers: Int, count: Int
    ) async throws -> Sample {
        try await setting.inDirectory { directory in
            let group = GroupCommit()
            let each = count / callers
            let times = Latencies()
            let failure = Mutex<(any Error)?>(nil)
            let ended = DispatchSemaphore(value: 0)
            let writer = Thread {
                do {
                    try group.write(RawQueue(directory))
                } catch {
                    failure.withLock { $0 = error }
                }
                ended.signal()
            }
            writer.start()
            let elapsed = await measure {
                await onThreads(callers) {
                    var own: [Duration] = []
                    let acknowledged = DispatchSemaphore(value: 0)
                    for _ in 0..<each {
                        own.append(ContinuousClock().measure { group.submit(acknowledged) })
                    }
                    times.add(own)
                }
            }
            group.close()
            await onThreads(1) { ended.wait() }
            if let error = failure.withLock({ $0 }) { throw error }
            let rows = try RawDatabase(directory).count("SELECT count(*) FROM jobs")
            try check(rows == each * callers, "\(rows) rows of \(each * callers)")
            var sample = Sample(latencies: times.all)
            sample[.perSecond] = Double(each * callers) / elapsed.seconds
            return sample
        }
    }
}

/// The meeting point of callers and writer.
private final class GroupCommit: Sendable {
    private struct State {
        var waiting: [DispatchSemaphore] = []
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    func submit(_ acknowledged: DispatchSemaphore) {
        wake { $0.waiting.append(acknowledged) }
        acknowledged.wait()
    }

    func close() { wake { $0.isClosed = true } }

    private func wake(_ change: (inout State) -> Void) {
        let isAsleep = state.withLock { state in
            change(&state)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if isAsleep { wakeUp.signal() }
    }

    func write(_ queue: RawQueue) throws {
        while true {
            let (batch, isClosed) = state.withLock { state in
                defer { state.waiting = [] }
                state.isAsleep = state.waiting.isEmpty && !state.isClosed
                return (state.waiting, state.isClosed)
            }
            if !batch.isEmpty {
                try queue.transaction { for _ in batch { try queue.submit() } }
                for acknowledged in batch { acknowledged.signal() }
            } else if isClosed {
                return
            } else {
                wakeUp.wait()
            }
        }
    }
}

/// Runs `body` on `count` threads of their own, until all have returned.
func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) async {
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<count {
            group.addTask {
                await withCheckedContinuation { continuation in
                    Thread {
                        body()
                        continuation.resume()
                    }.start()
                }
            }
        }
    }
}
