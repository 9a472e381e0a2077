import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// One journal and the lives of its daemons, until the last one finishes all there is.
struct Round {
    enum End: Hashable {
        /// kill -9 after so many microseconds, at the latest.
        case kill(Int)
        case failpoint(Failpoint, count: Int)
        case powerCut(Int)
        case shutdown(Int)
    }

    let directory: String
    let location: JournalLocation
    let log: AcknowledgementLog
    let serials = Serials()
    private let disk: PowerCut?
    private var oracle: Oracle
    private let traces: Traces
    private let daemonLog: String

    init(in directory: String, onDisk: Bool) async throws {
        self.directory = directory
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        disk = onDisk ? try await PowerCut(in: directory) : nil
        location = JournalLocation((disk?.mountPoint ?? directory) + "/journal.db")
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

    /// One life of a daemon; the violations after it, and whether it died by its failpoint.
    mutating func live(
        until end: End, seed: UInt64
    ) async throws -> (violations: [String], hitFailpoint: Bool) {
        log.note("life \(end) seed \(seed)")
        var failpoint: String?
        if case .failpoint(let point, let count) = end { failpoint = "\(point.rawValue):\(count)" }
        let daemon = try start(failpoint)
        let hit = try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<3 {
                let client = Client(
                    daemon: daemon, socket: location.socketPath, log: log, serials: serials,
                    random: SeededGenerator(seed &+ UInt64(index) &* 77))
                group.addTask { await client.run() }
            }
            let hit = try await finish(daemon, end)
            group.cancelAll()
            return hit
        }
        if let disk, case .powerCut = end {
            try await disk.unmount()
            try await disk.mount()
        }
        return (try await oracle.look(), hit)
    }

    private func finish(_ daemon: ChildProgram, _ end: End) async throws -> Bool {
        switch end {
        case .kill(let delay):
            _ = await daemon.end(within: .microseconds(delay))
        case .failpoint:
            if await daemon.end(within: .milliseconds(700)) != nil { return true }
        case .powerCut(let delay):
            _ = await daemon.end(within: .microseconds(delay))
            try disk?.cut()
        case .shutdown(let delay):
            _ = await daemon.end(within: .microseconds(delay))
            daemon.signal(SIGTERM)
            if await daemon.end(within: .seconds(10)) != nil { return false }
            throw Failure("A daemon did not shut down within 10 s; see \(daemonLog)")
        }
        daemon.signal(SIGKILL)
        // Nothing if it had ended by itself.
        _ = await daemon.end(within: .seconds(10))
        return false
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
        _ = await daemon.end(within: .seconds(10))
        return try await oracle.look(isDrained: true)
    }

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

    var futureCount: Int { oracle.endedCount }
}
