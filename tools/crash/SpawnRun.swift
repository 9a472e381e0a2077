import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// Very many commands in one life of a daemon, to see that nothing of it grows with their number.
struct SpawnRun {
    private static let batch = 500
    /// What a daemon has by then it keeps; what it takes later it would go on taking.
    private static let warmUp = 2000

    let count: Int

    /// What a process holds.
    private struct Holding: CustomStringConvertible {
        var descriptors: Int
        var megabytes: Int
        var children: Int

        var description: String {
            "\(descriptors) descriptors, \(megabytes) MiB, \(children) children"
        }

        init(_ daemon: ChildProgram) {
            let path = "/proc/\(daemon.pid)"
            descriptors =
                (try? FileManager.default.contentsOfDirectory(atPath: path + "/fd").count) ?? -1
            let pages = (try? String(contentsOfFile: path + "/statm", encoding: .utf8))?
                .split(separator: " ").dropFirst().first.flatMap { Int($0) }
            megabytes = (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) >> 20
            children = daemon.children.count
        }
    }

    func run() async throws {
        let directory = "/tmp/spawns-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let location = JournalLocation(directory + "/journal.db")
        let daemon = try ChildProgram(
            ["/proc/self/exe", "--journal", location.path, "--commands", "4"],
            environment: [LoadDaemon.role: "daemon"], log: directory + "/daemon.log")
        defer { daemon.signal(SIGKILL) }
        let client = try await connect(location.socketPath)
        try await spawn(Self.warmUp, client)
        let (before, start) = (Holding(daemon), ContinuousClock.now)
        try await spawn(count, client)
        let (after, seconds) = (Holding(daemon), (ContinuousClock.now - start).components.seconds)
        await client.close()
        daemon.signal(SIGTERM)
        let end = await daemon.end(within: .seconds(60))
        print("\(count) commands in \(seconds) s; before: \(before); after: \(after)")
        // The journal's caches grow with the journal, up to a bound.
        let isFlat =
            after.descriptors <= before.descriptors && after.children == 0
            && after.megabytes <= before.megabytes + 64
        guard isFlat, end == 0 else { throw Failure("The daemon has grown, or ended badly.") }
    }

    private func connect(_ socket: String) async throws -> ControlClient {
        for _ in 0..<3000 {
            if let client = try? await ControlClient.connect(socketPath: socket) { return client }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure("The daemon does not begin to serve.")
    }

    /// Some of them fail, some cannot be started, some leave a child behind.
    private func spawn(_ count: Int, _ client: ControlClient) async throws {
        let kinds = [
            ["true"], ["false"], ["no-such-program"], ["/bin/sh", "-c", "kill -9 $$"],
            ["/bin/sh", "-c", "sleep 1000 & echo hi"],
        ]
        var done = 0
        while done < count {
            let size = min(Self.batch, count - done)
            let submissions = try (0..<size).map {
                try Submission(Command(kinds[$0 % 25 < 20 ? 0 : $0 % 5]))
            }
            var missing = size
            for try await _ in try await client.completions(of: client.submit(submissions)) {
                missing -= 1
            }
            guard missing == 0 else { throw Failure("The daemon went away.") }
            done += size
        }
    }
}
