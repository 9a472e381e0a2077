import Testing

@testable import FuturePools

struct AttemptTaskExecutorTests {
    @Test func attemptThatComesBackGetsAThread() {
        let (first, second) = (PoolThread(), PoolThread())
        let executor = AttemptTaskExecutor(first) { #expect($0 === first) }
        executor.lend()
        #expect(!executor.takeBack())
        #expect(executor.use(second))
        #expect(executor.end() === second)
    }

    @Test func attemptThatEndsWhileItComesBackGetsNone() {
        let executor = AttemptTaskExecutor(PoolThread()) { _ in }
        executor.lend()
        #expect(!executor.takeBack())
        #expect(executor.end() == nil)
        #expect(!executor.use(PoolThread()))
    }

    /// As what a body has left behind does.
    @Test func attemptThatHasEndedGetsNone() {
        let executor = AttemptTaskExecutor(PoolThread()) { _ in }
        executor.lend()
        #expect(executor.end() == nil)
        #expect(executor.takeBack())
        #expect(!executor.use(PoolThread()))
    }
}
