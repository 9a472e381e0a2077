import Dispatch
import Foundation
import FutureModel
import FuturePools
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ThreadPoolTests {
    private func pool(
        _ capacity: Int, _ body: @escaping @Sendable (Payload) async -> AttemptEnding
    ) -> ThreadPool {
        ThreadPool(
            capacity: capacity, bodies: [TaskBody(name: "body", pool: .thread, run: body)],
            threadNamePrefix: "worker")
    }

    @Test func valueIsReturned() async {
        let pool = pool(1) { .returned(Payload(json: "[\($0.json)]")) }
        let report = await pool.run(attempt("body", Payload(json: "5")))
        #expect(report == AttemptReport(.returned(Payload(json: "[5]"))))
        await pool.shutdown()
    }

    @Test func unknownFunctionIsAFailure() async {
        let report = await pool(1) { .returned($0) }.run(attempt("other"))
        let failure = TaskFailure(
            type: "UnknownTask", message: "no function 'other' is registered here")
        #expect(report.ending == .threw(failure))
    }

    @Test func idleThreadIsUsedAgain() async {
        let pool = pool(4) { _ in .returned(Payload(json: "\"\(threadName())\"")) }
        for _ in 0..<20 {
            let report = await pool.run(attempt("body"))
            #expect(report.ending == .returned(Payload(json: "\"worker_0\"")))
        }
        await pool.shutdown()
    }

    @Test func longNamePrefixLeavesTheNumber() async {
        let body = TaskBody(name: "body", pool: .thread) { _ in
            .returned(Payload(json: "\"\(threadName())\""))
        }
        let pool = ThreadPool(
            capacity: 1, bodies: [body], threadNamePrefix: "ThreadPoolExecutor-0")
        #expect(
            await pool.run(attempt("body")).ending
                == .returned(Payload(json: "\"ThreadPoolExe_0\"")))
        await pool.shutdown()
    }

    /// All four block until each has begun: they can only end if they run at once.
    @Test func blockingBodiesDoNotHoldUpEachOther() async {
        let barrier = Barrier(count: 4)
        let pool = pool(4) { _ in
            barrier.meet()
            return .returned(Payload(json: "\"\(threadName())\""))
        }
        let endings = await withTaskGroup(of: AttemptEnding.self) { group in
            for _ in 0..<4 { group.addTask { await pool.run(attempt("body")).ending } }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(
            endings
                == Set((0..<4).map { .returned(Payload(json: "\"worker_\($0)\"")) }))
        await pool.shutdown()
    }

    @Test func asyncBodyStaysOnItsThread() async {
        let pool = pool(2) { _ in
            let before = threadName()
            await Task.yield()
            async let child = threadName()
            let names = await [before, child, threadName()]
            return .returned(Payload(json: "\"\(names.joined(separator: ","))\""))
        }
        let report = await pool.run(attempt("body"))
        #expect(report.ending == .returned(Payload(json: "\"worker_0,worker_0,worker_0\"")))
        await pool.shutdown()
    }

    @Test func askCancelsTheBody() async {
        let began = Inbox<Void>()
        let pool = pool(1) { _ in
            began.put(())
            do { try await Task.sleep(for: .seconds(3600)) } catch { return .gaveUp }
            return .returned(.null)
        }
        let attempt = attempt("body")
        let reports = Inbox<AttemptReport>()
        pool.start(attempt) { reports.put($0) }
        await began.next()
        pool.stop(attempt.id, .kill)
        pool.stop(attempt.id, .ask)
        #expect(await reports.next().ending == .gaveUp)
        pool.stop(attempt.id, .ask)
        await pool.shutdown()
    }

    @Test func shutdownLeavesABodyBehindThatGoesOn() async {
        let (began, gate) = (Inbox<Void>(), DispatchSemaphore(value: 0))
        let pool = pool(2) { _ in
            began.put(())
            gate.wait()
            return .returned(.null)
        }
        let reports = Inbox<AttemptReport>()
        pool.start(attempt("body")) { reports.put($0) }
        await began.next()
        await pool.shutdown()
        gate.signal()
        #expect(await reports.next().ending == .returned(.null))
    }

    /// As the engine does it: the end of one attempt begins the next.
    @Test func endOfOneCanStartAnother() async {
        let pool = pool(2) { .returned($0) }
        let done = Inbox<Void>()
        let chain = Chain(pool: pool, count: 20_000, done: done)
        chain.startNext()
        chain.startNext()
        await done.next()
        await done.next()
        await pool.shutdown()
    }

    @Test func deepRecursionFits() async {
        @Sendable func depth(_ n: Int) -> Int { n == 0 ? 0 : 1 + depth(n - 1) }
        let pool = pool(1) { _ in .returned(Payload(json: "\(depth(20_000))")) }
        #expect(await pool.run(attempt("body")).ending == .returned(Payload(json: "20000")))
        await pool.shutdown()
    }
}

private final class Chain: Sendable {
    private let pool: ThreadPool
    private let left: Atomic<Int>
    private let done: Inbox<Void>

    init(pool: ThreadPool, count: Int, done: Inbox<Void>) {
        self.pool = pool
        left = Atomic(count)
        self.done = done
    }

    func startNext() {
        guard left.subtract(1, ordering: .relaxed).newValue >= 0 else { return done.put(()) }
        pool.start(attempt("body")) { _ in self.startNext() }
    }
}

private func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return String(name?.dropLast() ?? "")
}

/// Unchecked: NSCondition guards the count.
private final class Barrier: @unchecked Sendable {
    private let condition = NSCondition()
    private var missing: Int

    init(count: Int) { missing = count }

    func meet() {
        condition.lock()
        missing -= 1
        if missing == 0 { condition.broadcast() }
        while missing > 0 { condition.wait() }
        condition.unlock()
    }
}
