import Foundation
import FutureJournal
import FutureModel

/// Takes a journal through all that it can do, in the order that a seed gives, and writes down
/// what it was asked and what it answered.
struct JournalScript {
    let location: JournalLocation
    let ledger = Ledger()
    private var random: SeededGenerator
    private var journal: SQLiteJournal
    private var lastSerial = 0
    private var keyed: [Int: Submission] = [:]
    /// Attempts that run, as their pools would know them.
    private var running: [AttemptID] = []

    private static let routes = TaskRoutes(
        pools: [.thread, .process, .command], tasks: ["add": .thread, "fold": .process])
    /// Short, so that the log is begun anew several times in one script.
    private static let log: LogLimits = {
        var limits = LogLimits()
        limits.checkpoint = 90
        return limits
    }()

    init(_ location: JournalLocation, seed: UInt64) async throws {
        self.location = location
        random = SeededGenerator(seed)
        journal = try await Self.open(location)
    }

    private static func open(_ location: JournalLocation) async throws -> SQLiteJournal {
        try await OwnedJournal.open(location, log: log)
    }

    mutating func run(steps: Int) async throws {
        try await reportLate()
        for _ in 0..<steps {
            switch random.number(0...99) {
            case ..<28: try await submit()
            case ..<50: try await claim()
            case ..<66: try await settle()
            case ..<73: try await requeue()
            case ..<79: try await cancel()
            case ..<82: try await retry()
            case ..<90: try await batch()
            case ..<96: try await note()
            default: try await changeOwner()
            }
        }
        await journal.close()
    }

    /// I6: once an attempt has been taken from it, its zombie can neither settle nor be recovered.
    private mutating func reportLate() async throws {
        while running.isEmpty {
            try await submit()
            try await claim()
        }
        let zombie = running.removeFirst()
        try await requeue(zombie)
        while !running.contains(where: { $0.future == zombie.future }) { try await claim() }
        do {
            try await journal.settle(zombie, .succeeded(.null), output: nil)
            ledger.complain(
                "I6: attempt \(zombie.number) of future \(zombie.future) was superseded, and "
                    + "its report was taken")
        } catch let error as QueueError where error.code == .attemptSuperseded {}
        let transition = Transition.settle(.cancelled(reason: "late"))
        let recovered = try await journal.recover([(zombie, transition)])
        if recovered != 0 {
            ledger.complain(
                "I6: attempt \(zombie.number) of future \(zombie.future) was superseded, and "
                    + "was recovered")
        }
    }

    // MARK: One request after the other

    private mutating func submission() throws -> (Int, Submission) {
        lastSerial += 1
        var options = SubmitOptions()
        options.queue = random.pick(["default", "a"])
        options.priority = random.number(-1...1)
        options.onCrash = random.pick(OnCrash.allCases)
        options.retry.maxAttempts = 1000
        options.maxCrashes = 1000
        if random.chance(20) { options.key = "key \(lastSerial)" }
        // Now and then more than a page.
        let filling = String(repeating: "x", count: random.chance(10) ? 6000 : 20)
        let submission =
            random.chance(30)
            ? try Submission(
                Command(["sh", "-c", ":", "crash", String(lastSerial), filling]), options: options)
            : Submission(
                task: random.pick(["add", "fold"]),
                arguments: Payload(json: "[\(lastSerial),\"\(filling)\"]"), options: options)
        if options.key != nil { keyed[lastSerial] = submission }
        return (lastSerial, submission)
    }

    private mutating func submit() async throws {
        var batch: [(Int, Submission)] = []
        for _ in 0..<random.number(1...3) { batch.append(try submission()) }
        if random.chance(15), let serial = keyed.keys.sorted().randomElement(using: &random) {
            batch = keyed[serial].map { [(serial, $0)] } ?? []
        }
        try await Self.submit(batch, journal, ledger)
    }

    private static func submit(
        _ batch: [(Int, Submission)], _ journal: SQLiteJournal, _ ledger: Ledger
    ) async throws {
        let number = ledger.ask(.submit(batch.map(\.0)))
        let ids = try await journal.submit(batch.map(\.1), routes: routes)
        let known = ledger.current.rows
        // A known key gives a known future, whatever has become of it.
        let new = ids.filter { known[$0] == nil }
        ledger.name(ids, batch.map(\.0))
        ledger.tell(
            number,
            Dictionary(
                new.map { ($0, Ledger.Row.new) }, uniquingKeysWith: { $1 }))
    }

    private mutating func claim() async throws {
        let number = ledger.ask(.claim)
        running += try await journal.claim(
            random.pick(PoolKind.allCases), limit: random.number(1...3), routes: Self.routes,
            ledger, number)
    }

    private mutating func takeRunning() -> AttemptID? {
        running.isEmpty ? nil : running.remove(at: random.number(0...(running.count - 1)))
    }

    private mutating func settle() async throws {
        guard let attempt = takeRunning() else { return try await claim() }
        let outcome: RecordedOutcome =
            random.chance(70)
            ? .succeeded(Payload(json: "[\(attempt.future)]"))
            : .failed(TaskFailure(type: "E", message: "m", attempt: attempt.number))
        try await journal.settle(attempt, outcome, output: output(), ledger)
    }

    /// What the attempt has written, if it is one that writes: bytes of any kind, now and then
    /// more than a page, or over the limit.
    private mutating func output() -> CapturedOutput? {
        guard random.chance(60) else { return nil }
        var streams: [CapturedStream] = []
        for _ in 0..<2 {
            let count = random.chance(15) ? 6000 : random.number(0...40)
            let byte = UInt8(random.number(0...255))
            streams.append(
                CapturedStream(
                    bytes: Data(repeating: byte, count: count),
                    droppedByteCount: random.chance(10) ? random.number(1...9999) : 0))
        }
        return CapturedOutput(stdout: streams[0], stderr: streams[1])
    }

    private mutating func requeue() async throws {
        guard let attempt = takeRunning() else { return try await claim() }
        try await requeue(attempt)
    }

    private mutating func requeue(_ attempt: AttemptID) async throws {
        let failure = TaskFailure(type: "E", message: "m", attempt: attempt.number)
        // A crash is for the recovery, which knows the policy.
        let cause = random.chance(50) ? RequeueCause.error(failure) : .interruption
        let output = output()
        let row = try ledger.row(attempt.future).ended(nil, output)
        let number = ledger.ask(.become([attempt.future: row]))
        try await journal.requeue(attempt, cause, output: output) { [ledger] in
            ledger.tell(number, [attempt.future: row])
        }
    }

    private mutating func cancel() async throws {
        guard let (id, old) = pick({ $0 == .pending }) else { return }
        var row = old
        row.state = .cancelled
        row.outcome = .cancelled(reason: "asked")
        let number = ledger.ask(.become([id: row]))
        let found = try await journal.cancelPending([id], reason: "asked")
        ledger.tell(number, found == [.pending] ? [id: row] : [:])
    }

    private mutating func retry() async throws {
        guard let (id, _) = pick(\.isTerminal) else { return }
        let number = ledger.ask(.retry(id))
        let ids = try await journal.retry([id], routes: Self.routes)
        if let serial = ledger.current.serials[id] { ledger.name(ids, [serial]) }
        ledger.tell(
            number,
            Dictionary(uniqueKeysWithValues: ids.map { ($0, Ledger.Row.new) }))
    }

    /// One of the futures that are known to be so.
    private mutating func pick(
        _ isMeant: (FutureState) -> Bool
    ) -> (FutureID, Ledger.Row)? {
        let known = ledger.current.rows.filter { isMeant($0.value.state) }.sorted {
            $0.key < $1.key
        }
        return known.randomElement(using: &random)
    }

    private mutating func note() async throws {
        guard let id = running.randomElement(using: &random)?.future else { return }
        var row = try ledger.row(id)
        row.cancelRequested = true
        let number = ledger.ask(.become([id: row]))
        try await journal.note("cancel_requested", of: id, detail: nil)
        ledger.tell(number, [id: row])
    }

    // MARK: Several at once

    /// Submits and settles that share commits.
    private mutating func batch() async throws {
        let (journal, ledger) = (journal, ledger)
        var batches: [[(Int, Submission)]] = []
        for _ in 0..<random.number(2...4) { batches.append([try submission(), try submission()]) }
        let ending = [takeRunning(), takeRunning()].compactMap { $0 }.map { ($0, output()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batch in batches {
                group.addTask { try await Self.submit(batch, journal, ledger) }
            }
            for (attempt, output) in ending {
                group.addTask {
                    try await journal.settle(attempt, .succeeded(.null), output: output, ledger)
                }
            }
            try await group.waitForAll()
        }
    }

    /// The owner is gone, and the next one recovers what it has left running.
    private mutating func changeOwner() async throws {
        await journal.close()
        journal = try await Self.open(location)
        let abandoned = try await journal.abandonedAttempts()
        if Set(abandoned.map(\.id)) != Set(running) {
            ledger.complain("I8: \(running) were running and \(abandoned.map(\.id)) were left")
        }
        running = []
        let recovery = OwnedJournal.recovery(of: abandoned)
        let rows = try ledger.rows(after: recovery)
        let number = ledger.ask(.become(rows))
        let count = try await journal.recover(recovery)
        if count != abandoned.count { ledger.complain("I7: \(count) of \(abandoned.count)") }
        ledger.tell(number, rows)
    }
}
