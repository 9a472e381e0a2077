import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// A scene with a daemon that is played the same way each time, so that a mistake cannot hide.
enum Drill: String, CaseIterable {
    /// The owner dies under an attempt with descendants, and the next one tries again.
    case ownerDies
    /// A command with descendants is killed by its time limit, and tried again.
    case timeLimit
    /// The owner dies under several attempts.
    case recovery

    /// What it found to be wrong, if anything, with `bug` planted in the daemons.
    func play(_ bug: SeededBug?) async throws -> String? {
        let stage = try Stage(bug)
        do {
            let finding = try await play(on: stage)
            try await stage.clear()
            return finding
        } catch {
            try await stage.clear()
            throw error
        }
    }

    private func play(on stage: Stage) async throws -> String? {
        var options = SubmitOptions()
        let first = try stage.start()
        let client = try await stage.connect()
        defer { first.signal(SIGKILL) }
        switch self {
        case .ownerDies:
            _ = try await stage.submit(1, options, client)
            try await stage.waitForBegins(1)
            try await stage.end(first)
            let second = try stage.start()
            try await stage.waitForBegins(2)
            try await stage.end(second)
            return stage.overlap
        case .timeLimit:
            options.timeLimit = .seconds(1)
            options.grace = .zero
            options.retry.maxAttempts = 2
            _ = try await stage.submit(1, options, client)
            try await stage.waitForBegins(2)
            try await stage.end(first)
            return stage.overlap
        case .recovery:
            options.onCrash = .fail
            let ids = try await stage.submit(3, options, client)
            try await stage.waitForBegins(3)
            try await stage.end(first)
            let second = try stage.start()
            let next = try await stage.connect()
            let running = try await next.snapshots(ids).filter { $0.state == .running }
            await next.close()
            try await stage.end(second)
            return running.first.map { "I8: future \($0.id) is running, and nobody runs it" }
        }
    }
}

/// A journal, its daemons and the traces of their commands, for one ``Drill``.
private struct Stage {
    private let directory: String
    private let traces: Traces
    private let location: JournalLocation
    private let bug: SeededBug?

    private static let patience = Duration.seconds(60)

    /// Holds a lock together with a descendant in a session of its own, until it is killed.
    private static let script = """
        exec 9>>"$CRASH_TRACES/locks/$1"
        flock -n 9 || echo "o $1" >>"$CRASH_TRACES/runs"
        setsid sleep 600 &
        echo "b $1 c" >>"$CRASH_TRACES/runs"
        exec sleep 600
        """

    init(_ bug: SeededBug?) throws {
        self.bug = bug
        directory = "/tmp/crash-drill-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        traces = try Traces(in: directory)
        location = try JournalLocation(directory + "/journal.db")
    }

    func start() throws -> ChildProgram {
        try ChildProgram(
            ["/proc/self/exe", "--journal", location.path, "--commands", "3"],
            environment: [
                LoadDaemon.role: "daemon", LoadDaemon.traces: traces.directory,
                "QUEUECTL_SEEDED": bug?.rawValue ?? "",
            ], log: directory + "/daemon.log")
    }

    func connect() async throws -> ControlClient {
        var client: ControlClient?
        try await wait("a daemon that serves") {
            client = try? await ControlClient.connect(socketPath: location.socketPath)
            return client != nil
        }
        return client!
    }

    func submit(
        _ count: Int, _ options: SubmitOptions, _ client: ControlClient
    ) async throws -> [FutureID] {
        let submissions = try (1...count).map { number in
            try Submission(
                Command(["sh", "-c", Self.script, "crash", String(number)]), options: options)
        }
        let ids = try await client.submit(submissions)
        await client.close()
        return ids
    }

    func waitForBegins(_ count: Int) async throws {
        try await wait("\(count) attempts") {
            traces.read().begun.values.reduce(0, +) >= count
        }
    }

    private func wait(_ what: String, _ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while await !condition() {
            if ContinuousClock.now > deadline {
                throw Failure("There were not \(what) in time; see \(directory)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func end(_ daemon: ChildProgram) async throws {
        daemon.signal(SIGKILL)
        if await daemon.end(within: Self.patience) == nil {
            throw Failure("A daemon did not die; see \(directory)")
        }
    }

    var overlap: String? {
        traces.read().overlaps.first.map { "I12: two attempts of submission \($0) ran at once" }
    }

    /// Nothing of it is left.
    func clear() async throws {
        let survivors = Survivors(of: traces)
        repeat { survivors.kill() } while await !survivors.end(within: .milliseconds(50))
        try FileManager.default.removeItem(atPath: directory)
    }
}
