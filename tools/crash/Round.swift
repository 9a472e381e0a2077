import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// One journal and the lives of its daemons, until the last one finishes all there is.
struct Round {
    let directory: String
    let log: AcknowledgementLog
    private let location: JournalLocation
    private let serials = Serials()
    private let disk: PowerCut?
    private var oracle: Oracle
    private let traces: Traces
    private let daemonLog: String
    private var usualStart = Duration.milliseconds(150)

    /// What a life was like, beside its violations.
    struct Life {
        var violations: [String] = []
        /// Where it ended at a failpoint, that one.
        var failpoint: Failpoint?
        /// Commands, functions on both pools, waits and cancels were under way.
        var isUnderLoad = false
        /// How long after its death all that it had started was gone, where that was awaited.
        var survival: Duration?
    }

    init(in directory: String, onDisk: Bool) async throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        disk = onDisk ? try await PowerCut(in: directory) : nil
        location = try JournalLocation((disk?.mountPoint ?? directory) + "/journal.db")
        log = AcknowledgementLog(path: directory + "/acknowledged.log")
        traces = try Traces(in: directory)
        daemonLog = directory + "/daemon.log"
        oracle = Oracle(location: location, log: log, traces: traces)
    }

    private func start(_ failpoint: String?) throws -> ChildProgram {
        var environment = [LoadDaemon.role: "daemon", LoadDaemon.traces: traces.directory]
        environment["QUEUECTL_FAILPOINT"] = failpoint ?? ""
        return try ChildProgram(
            [
                "/proc/self/exe", "--journal", location.path, "--threads", "2", "--processes",
                "2", "--commands", "3", "--grace", "100ms", "--max-tasks-per-child", "5",
            ], environment: environment, log: daemonLog)
    }

    /// One life of a daemon. With `alone` the next one begins when nothing of it is left.
    mutating func live(until end: LifeEnd, seed: UInt64, alone: Bool) async throws -> Life {
        log.note("life \(end) seed \(seed)")
        var failpoint: String?
        if case .failpoint(let point, let count) = end { failpoint = "\(point.rawValue):\(count)" }
        var life = Life()
        let watch = LifeWatch(log, traces)
        let daemon = try start(failpoint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<UInt64(3) {
                let client = client(seed, index)
                group.addTask { await client.run() }
            }
            let waiter = client(seed, 3)
            group.addTask { await waiter.wait() }
            let killer = WorkerKiller(
                daemon: daemon, log: log, random: SeededGenerator(seed &+ 4))
            group.addTask { await killer.run() }
            try await finish(daemon, end, watch, &life)
            group.cancelAll()
        }
        if let span = watch.startSpan { usualStart = (usualStart + span) / 2 }
        // A shutdown leaves alone what commands that are well have left running.
        if alone, !end.isShutdown { try await outlive(&life) }
        if let disk, case .powerCut = end {
            try await disk.unmount()
            try await disk.mount()
        }
        life.violations += try await oracle.look()
        return life
    }

    private func client(_ seed: UInt64, _ index: UInt64) -> Client {
        Client(
            socket: location.socketPath, log: log, serials: serials,
            random: SeededGenerator(seed &+ index &* 77))
    }

    /// Waits for the moment and ends the daemon.
    private func finish(
        _ daemon: ChildProgram, _ end: LifeEnd, _ watch: LifeWatch, _ life: inout Life
    ) async throws {
        let moment =
            switch end {
            case .kill(let moment), .powerCut(let moment), .shutdown(let moment): moment
            case .failpoint: LifeEnd.patience
            }
        let code = await watch.reach(moment, of: daemon, usualStart: usualStart)
        life.isUnderLoad = watch.hasAllRequests && watch.worksOnAllPools
        if let code {
            if case .failpoint(let point, _) = end, code == 128 + SIGKILL {
                life.failpoint = point
            } else {
                life.violations.append("I13: a daemon ended by itself with \(code)")
            }
            return
        }
        switch end {
        case .kill, .failpoint: break
        case .powerCut:
            // Without power nothing runs: what the dying disk answers must reach nobody. Syncs
            // that are under way go on, and some of them succeed without a word of truth.
            daemon.signal(SIGSTOP)
            try disk?.cut()
        case .shutdown:
            daemon.signal(SIGTERM)
            if await daemon.end(within: .seconds(20)) != nil { return }
            throw Failure("A daemon did not shut down within 20 s; see \(daemonLog)")
        }
        daemon.signal(SIGKILL)
        _ = await daemon.end(within: .seconds(20))
    }

    /// Waits until all is gone that the daemon has started.
    private func outlive(_ life: inout Life) async throws {
        let death = ContinuousClock.now
        if await Survivors(of: traces).end(within: .seconds(20)) {
            life.survival = ContinuousClock.now - death
        } else {
            life.violations.append("I8: what a dead daemon started still runs after 20 s")
        }
    }

    /// The last life: all that is there must end. The violations.
    mutating func drain() async throws -> [String] {
        let daemon = try start(nil)
        let deadline = ContinuousClock.now + .seconds(60)
        var isDrained = false
        while !isDrained, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
            guard let client = try? await ControlClient.connect(socketPath: location.socketPath)
            else { continue }
            let counts = try await client.stats().total
            isDrained = counts.pending + counts.running == 0
            await client.close()
        }
        daemon.signal(SIGKILL)
        _ = await daemon.end(within: .seconds(20))
        return try await oracle.look(isDrained: true)
    }

    /// What became of all that was asked for.
    func census() async throws -> Census { try await oracle.census() }

    /// Forgets everything of a round without violations.
    func remove() async throws {
        try await disk?.unmount()
        // What the last daemon's guardian still does there is over in a moment.
        for _ in 0..<100 {
            if (try? FileManager.default.removeItem(atPath: directory)) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure("\(directory) cannot be removed.")
    }
}
