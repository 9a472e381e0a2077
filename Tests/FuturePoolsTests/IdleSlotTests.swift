import FutureModel
import FuturePools
import Testing

/// What is idle holds nothing of the attempt that it had: with that it would hold a whole engine.
@Suite(.timeLimit(.minutes(10)))
struct IdleSlotTests {
    @Test func anIdleThreadHasLetGoOfItsAttempt() async {
        let body = TaskBody(name: "body", pool: .thread) { .returned($0) }
        let pool = ThreadPool(capacity: 1, bodies: [body], threadNamePrefix: "idle")
        for task in ["body", "unknown", "body"] { await pool.runAndLetGo(of: attempt(task)) }
        await pool.shutdown()
    }

    @Test func anIdleCommandSlotHasLetGoOfItsAttempt() async throws {
        let bench = try CommandBench(capacity: 1)
        for argv in [["true"], ["no-such-command"], ["sh", "-c", "echo text; exit 3"]] {
            await bench.pool.runAndLetGo(of: try commandAttempt(argv))
        }
        await bench.pool.shutdown()
    }

    /// The first comes to its worker by the slot's thread, the second straight away; the third
    /// takes its worker with it.
    @Test func anIdleWorkerSlotHasLetGoOfItsAttempt() async throws {
        let bench = try WorkerBench(capacity: 1)
        for task in ["echo", "echo", "kill", "echo"] {
            await bench.pool.runAndLetGo(of: attempt(task, pool: .process))
        }
        await bench.pool.shutdown()
    }
}

private final class Token: Sendable {}

extension Pool {
    /// Runs `attempt`, and returns once the pool has let go of what its report is told to.
    fileprivate func runAndLetGo(of attempt: ClaimedAttempt) async {
        weak var token: Token?
        do {
            let own = Token()
            token = own
            await withCheckedContinuation { continuation in
                start(attempt) { _ in withExtendedLifetime(own) { continuation.resume() } }
            }
        }
        while token != nil { await Task.yield() }
    }
}
