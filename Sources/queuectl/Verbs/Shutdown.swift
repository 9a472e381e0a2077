import ArgumentParser
import FutureModel

struct Shutdown: Verb {
    static let configuration = CommandConfiguration(
        commandName: "shutdown",
        abstract: "Shut the daemon down, and wait until it is gone.",
        discussion: """
            Pending futures are kept for the next start, run first, or cancelled. Running ones \
            may finish within the grace time, go back to pending, or are cancelled; each as it \
            was submitted, unless --running says otherwise. What still runs when the grace time \
            is over goes back to pending.

            Examples:
              queuectl shutdown --plan
              queuectl shutdown --grace 1m
              queuectl shutdown --pending run --no-wait
            """)

    @OptionGroup var journal: JournalOptions

    @Option(help: "What becomes of pending futures.")
    var pending: ShutdownPending = .keep

    @Option(help: "What becomes of running futures. (default: what each was submitted with)")
    var running: OnShutdown?

    @Option(
        help: ArgumentHelp(
            "How long running futures may take to finish. (default: no bound)",
            valueName: "duration"),
        transform: DurationText.argument)
    var grace: Duration?

    @Flag(help: "Print what would become of each future, and do nothing.")
    var plan = false

    @Flag(help: "Return once the shutdown has begun.")
    var noWait = false

    @OptionGroup var reading: ReadOptions

    func validate() throws {
        if reading.json, !plan { throw ValidationError("--json goes with --plan.") }
    }

    func perform(in session: Session) async throws(QueueError) -> Int32 {
        let service = try await journal.connect(session)
        let request = ShutdownRequest(pending: pending, running: running, grace: grace)
        let fates = try await service.planShutdown(request)
        if plan {
            try Self.show(fates, asJSON: reading.json, session.console)
            return ExitStatusCode.succeeded
        }
        let owner = try await service.status().owner
        session.console.note(Self.summary(fates))
        try await service.shutdown(request)
        if !noWait, let owner { await waitUntilGone(owner, service, session) }
        return ExitStatusCode.succeeded
    }

    private static func show(
        _ plan: ShutdownPlan, asJSON: Bool, _ console: Console
    ) throws(QueueError) {
        if asJSON { return try console.json(plan) }
        if plan.entries.isEmpty { return console.note("no future is pending or running") }
        var table = Table(header: ["ID", "STATE", "FATE"])
        for entry in plan.entries {
            table.append(entry.id.description, entry.state.rawValue, entry.fate.rawValue)
        }
        console.block(table.text)
        if plan.unlisted > 0 {
            console.note("\(plan.unlisted) older pending futures: \(plan.request.fateOfPending)")
        }
    }

    /// `shutting down: 2 running (1 finish, 1 requeue), 10 pending (10 keep)`
    private static func summary(_ plan: ShutdownPlan) -> String {
        let parts = [FutureState.running, .pending].map { state in
            var counts: [ShutdownPlan.Fate: Int] = [:]
            for entry in plan.entries where entry.state == state {
                counts[entry.fate, default: 0] += 1
            }
            if state == .pending {
                counts[plan.request.fateOfPending, default: 0] += plan.unlisted
            }
            let texts = ShutdownPlan.Fate.allCases.compactMap { fate in
                counts[fate].flatMap { $0 > 0 ? "\($0) \(fate)" : nil }
            }
            let detail = texts.isEmpty ? "" : " (\(texts.joined(separator: ", ")))"
            return "\(counts.values.reduce(0, +)) \(state)\(detail)"
        }
        return "shutting down: " + parts.joined(separator: ", ")
    }

    /// Nobody can push this news: the one who would is the one that goes.
    private func waitUntilGone(
        _ owner: OwnerIdentity, _ first: any FutureService, _ session: Session
    ) async {
        var service = first
        while owner.process.isAlive {
            do {
                if try await service.status().owner?.process != owner.process { return }
            } catch {
                // It serves no more, and may hold the journal still: ask whoever answers now.
                if let next = try? await journal.connect(session) { service = next }
            }
            await session.time.pause(for: .milliseconds(100))
        }
    }
}

extension TimeSource {
    fileprivate func pause(for time: Duration) async {
        await withCheckedContinuation { continuation in
            _ = schedule(after: time) { continuation.resume() }
        }
    }
}
