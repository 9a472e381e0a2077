import FutureModel
import Testing

@testable import FuturePools

@Suite(.timeLimit(.minutes(1)))
struct WorkerLinkTests {
    private let sent = Inbox<Frame>()

    private func link() -> WorkerLink { WorkerLink(sequence: 1) { [sent] in sent.put($0) } }

    @Test func whoWaitsAtTheEndOfTheAttemptIsRefused() async throws {
        let link = link()
        let waiting = Task { try await link.stats() }
        #expect(await sent.next().kind == .ask)
        link.close()
        await #expect { try await waiting.value } throws: { ($0 as? QueueError)?.code == .shutDown }
    }

    @Test func whoAsksAfterTheEndOfTheAttemptIsRefusedUnheard() async throws {
        let link = link()
        link.close()
        await #expect { try await link.stats() } throws: {
            ($0 as? QueueError)?.code == .shutDown
        }
        await #expect {
            for try await _ in try await link.completions(of: [FutureID(rawValue: 1)]) {}
        } throws: {
            ($0 as? QueueError)?.code == .shutDown
        }
        sent.put(Frame(kind: .hello, sequence: 0))
        #expect(await sent.next().kind == .hello, "nothing has been sent before")
    }
}
