import FutureModel
import Testing

@testable import FutureEngine
@testable import FuturePools

/// Attempts that wait for other futures.
@Suite(.timeLimit(.minutes(10)))
struct LendingTests {
    @Test func aWaitThatIsRefusedHasNotBegun() async throws {
        try await withEngine { fixture in
            let ids = try await fixture.submit(2)
            let attempt = await fixture.pool.nextStart()
            let error = #expect(throws: QueueError.self) {
                try fixture.engine.lend(attempt.id, until: [attempt.id.future], isBounded: false)
            }
            #expect(error?.code == .waitCycle)
            // The next one lends the slot as if it were the first, and gets it back.
            let ticket = try fixture.engine.lend(attempt.id, until: [ids[1]], isBounded: false)
            let other = await fixture.pool.nextStart()
            #expect(other.id.future == ids[1])
            fixture.pool.end(ids[1])
            #expect(await fixture.engine.takeBack(attempt.id, ticket))
            fixture.pool.end(ids[0])
            #expect(try await fixture.end(of: ids[0])?.state == .succeeded)
        }
    }

    /// Of an attempt in a worker process, which waits for the answer.
    @Test func aQuestionThatIsRefusedIsAnswered() async throws {
        try await withEngine { fixture in
            let id = try await fixture.submit()[0]
            let attempt = await fixture.pool.nextStart()
            let answers = AsyncStream<(number: UInt64, answer: AttemptAnswer)>.makeStream()
            let desk = AttemptDesk(attempt.id, fixture.engine) {
                _ = answers.continuation.yield(($0, $1))
            }
            var all = answers.stream.makeAsyncIterator()
            func ask(_ question: Frame?) async throws -> (number: UInt64, code: QueueError.Code?) {
                #expect(desk.take(try #require(question)))
                let (number, answer) = try #require(await all.next())
                guard case .refused(let error) = answer else { return (number, nil) }
                return (number, error.code)
            }

            let itself = AttemptRequest.lend(until: [id], isBounded: false)
            let cycle = try await ask(Frame.talk(.ask, 7, itself, sequence: 1))
            #expect(cycle == (7, .waitCycle))
            let odd = try await ask(Frame.talk(.ask, 8, ["what": "is this"], sequence: 1))
            #expect(odd == (8, .badInput))
            let isTaken = desk.take(Frame(kind: .ask, sequence: 1, body: [1, 2, 3]))
            #expect(!isTaken, "it has no number")
        }
    }
}
