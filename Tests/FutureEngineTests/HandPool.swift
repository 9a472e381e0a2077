import FutureModel
import FuturePools
import Synchronization

/// A pool whose attempts end when the test says so.
final class HandPool: Pool {
    let kind: PoolKind
    let capacity: Int

    private struct State {
        var running: [FutureID: (ClaimedAttempt, AttemptEnd)] = [:]
        var stops: [(AttemptID, StopStep)] = []
        var isShutDown = false
        var beforeNextStart: Hook?
    }

    private struct Hook: Sendable {
        let call: @Sendable () -> Void
    }

    private let state = Mutex(State())
    private let starts: AsyncStream<ClaimedAttempt>
    private let started: AsyncStream<ClaimedAttempt>.Continuation
    private let steps: AsyncStream<(AttemptID, StopStep)>
    private let stepped: AsyncStream<(AttemptID, StopStep)>.Continuation

    init(_ kind: PoolKind = .thread, capacity: Int = 1) {
        self.kind = kind
        self.capacity = capacity
        (starts, started) = AsyncStream.makeStream()
        (steps, stepped) = AsyncStream.makeStream()
    }

    func start(_ attempts: [ClaimedAttempt], onEnd: @escaping AttemptEnd) {
        state.withLock { $0.beforeNextStart.take() }?.call()
        for attempt in attempts {
            state.withLock { $0.running[attempt.id.future] = (attempt, onEnd) }
            started.yield(attempt)
        }
    }

    func stop(_ attempt: AttemptID, _ step: StopStep) {
        state.withLock { $0.stops.append((attempt, step)) }
        stepped.yield((attempt, step))
    }

    func shutdown() async { state.withLock { $0.isShutDown = true } }

    var isShutDown: Bool { state.withLock { $0.isShutDown } }
    var runningIDs: Set<FutureID> { state.withLock { Set($0.running.keys) } }
    var stops: [StopStep] { state.withLock { $0.stops.map(\.1) } }

    /// Calls `call` when attempts are handed over next, before the pool knows them.
    func beforeNextStart(_ call: @escaping @Sendable () -> Void) {
        state.withLock { $0.beforeNextStart = Hook(call: call) }
    }

    /// The next attempt to start; waits for it.
    func nextStart() async -> ClaimedAttempt {
        for await attempt in starts { return attempt }
        fatalError("the stream of starts is never finished")
    }

    /// The next step taken to stop an attempt; waits for it.
    func nextStop() async -> StopStep {
        for await (_, step) in steps { return step }
        fatalError("the stream of steps is never finished")
    }

    /// Ends an attempt that runs.
    func end(_ id: FutureID, _ ending: AttemptEnding = .returned(Payload(json: "1"))) {
        let running = state.withLock { $0.running.removeValue(forKey: id) }
        if let (attempt, onEnd) = running { onEnd(attempt, AttemptReport(ending)) }
    }
}
