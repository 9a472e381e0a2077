import FutureModel
import Testing

@testable import FuturePools

@Suite(.timeLimit(.minutes(10)))
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

    @Test func whoWaitsForEndsAtTheEndOfTheAttemptIsRefused() async throws {
        let link = link()
        let completions = try await link.completions(of: [FutureID(rawValue: 1)])
        #expect(await sent.next().kind == .ask)
        link.close()
        await #expect {
            for try await _ in completions { Issue.record("nothing has ended") }
        } throws: {
            ($0 as? QueueError)?.code == .shutDown
        }
    }

    @Test func endsComeOneByOne() async throws {
        let link = link()
        let ids = [1, 2, 3].map { FutureID(rawValue: $0) }
        let completions = try await link.completions(of: ids)
        let number = try #require(await sent.next().number)
        for id in ids {
            let end = FutureSnapshot(id: id, state: .succeeded, outcome: .succeeded(.null))
            link.take(.snapshots([end]), number)
        }
        link.take(.done, number)
        var ended: [FutureID] = []
        for try await end in completions { ended.append(end.id) }
        #expect(ended == ids)
    }

    @Test func endsThatNobodyWaitsForAreForgotten() async throws {
        let link = link()
        var completions: Completions? = try await link.completions(of: [FutureID(rawValue: 1)])
        let number = try #require(await sent.next().number)
        completions = nil
        let request = await sent.next().content(AttemptRequest.self)
        guard case .forget(number)? = request else {
            Issue.record("\(String(describing: request))")
            return
        }
        #expect(completions == nil)
    }

    @Test func whatIsTooLargeIsRefusedWithTheLimit() async throws {
        let half = Payload(json: "\"" + String(repeating: "/", count: 14 << 20) + "\"")
        let link = link()
        let submission = Submission(task: "task", arguments: half)
        async let submitting = link.submit([submission, submission])
        let number = try #require(await sent.next().number)
        link.take(.ids([]), number)
        _ = try await submitting
        await #expect {
            try await link.submit([submission, submission, submission])
        } throws: { error in
            guard let error = error as? QueueError else { return false }
            return error.code == .payloadTooLarge && error.message.contains("33554432 bytes")
        }
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
