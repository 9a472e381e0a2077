package import FutureJournal
package import FutureModel
package import Testing

/// A journal with the short forms that tests speak in.
package struct JournalUnderTest: Sendable {
    package let journal: any Journal
    package let time: ManualTime

    package init(journal: any Journal, time: ManualTime) {
        self.journal = journal
        self.time = time
    }

    /// Knows the functions `add` (threads) and `fold` (processes), and commands.
    package static let routes = TaskRoutes(
        pools: [.thread, .process, .command], tasks: ["add": .thread, "fold": .process])

    package func submit(
        _ task: String = "add", _ arguments: String = "[1,2]",
        routes: TaskRoutes = JournalUnderTest.routes,
        _ change: (inout SubmitOptions) -> Void = { _ in }
    ) async throws -> FutureID {
        var options = SubmitOptions()
        change(&options)
        let submission = Submission(
            task: task, arguments: Payload(json: arguments), options: options)
        let ids = try await journal.submit([submission], routes: routes)
        return try #require(ids.first)
    }

    package func submitCommand(_ argv: String...) async throws -> FutureID {
        let ids = try await journal.submit([Submission(Command(argv))], routes: Self.routes)
        return try #require(ids.first)
    }

    package func claim(
        _ pool: PoolKind = .thread, limit: Int = 1, routes: TaskRoutes = JournalUnderTest.routes
    ) async throws -> [ClaimedAttempt] {
        try await withCheckedThrowingContinuation { continuation in
            journal.claim(pool, limit: { limit }, routes: routes) { continuation.resume(with: $0) }
        }
    }

    package func claimOne(_ pool: PoolKind = .thread) async throws -> ClaimedAttempt {
        try #require(await claim(pool).first)
    }

    package func settle(
        _ attempt: AttemptID, _ outcome: RecordedOutcome = .succeeded(.init(json: "3")),
        output: CapturedOutput? = nil
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, _>) in
            journal.settle(attempt, outcome, output: output) { continuation.resume(with: $0) }
        }
    }

    package func requeue(
        _ attempt: AttemptID, _ cause: RequeueCause = .interruption, notBefore: Timestamp? = nil,
        output: CapturedOutput? = nil
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, _>) in
            journal.requeue(attempt, cause, notBefore: notBefore, output: output) {
                continuation.resume(with: $0)
            }
        }
    }

    package func record(_ id: FutureID) async throws -> FutureRecord {
        try #require(await journal.records([id]).first)
    }

    /// Expects `body` to fail with `code`.
    package static func fails(
        _ code: QueueError.Code, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("did not fail with \(code)", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? QueueError)?.code == code, sourceLocation: sourceLocation)
        }
    }

    package func fails(
        _ code: QueueError.Code, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        await Self.fails(code, sourceLocation: sourceLocation, body)
    }

    /// The counts are what counting the futures gives.
    package func checkCounts() async throws {
        var queues: [String: QueueStats.Counts] = [:]
        for record in try await journal.list(ListFilter(limit: Limits.listCount)).futures {
            queues[record.options.queue, default: .init()][record.state] += 1
        }
        let stats = try await journal.stats()
        #expect(stats == QueueStats(queues: queues))
    }
}
