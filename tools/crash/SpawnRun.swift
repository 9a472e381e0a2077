import Foundation
import FutureControl
import FutureJournal
import FutureModel

/// Very many commands in one life of a daemon, to see that nothing of it grows with their number.
struct SpawnRun {
    private static let batch = 500
    /// What a daemon has by then it keeps; what it takes later it would go on taking.
    private static let warmUp = 5000
    /// How often it is looked at and said how far it is.
    private static let stretch = 10_000

    let count: Int

    /// - Parameter build: What is tested, for the figures.
    func run(_ build: String) async throws {
        let directory = "/tmp/spawns-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let traces = try Traces(in: directory)
        let location = try JournalLocation(directory + "/journal.db")
        let daemon = try ChildProgram(
            ["/proc/self/exe", "--journal", location.path, "--commands", "4"],
            environment: [LoadDaemon.role: "daemon", LoadDaemon.traces: directory],
            log: directory + "/daemon.log")
        defer { daemon.signal(SIGKILL) }
        let client = try await connect(location.socketPath)
        func look() -> Holding { Holding(daemon, Survivors(of: traces), location) }
        try await spawn(Self.warmUp, client)
        let (before, start) = (look(), ContinuousClock.now)
        say("after \(Self.warmUp) to warm up: \(before)")
        var done = 0
        while done < count {
            let size = min(Self.stretch, count - done)
            try await spawn(size, client)
            done += size
            say("after \(done): \(look())")
        }
        let (after, seconds) = (look(), (ContinuousClock.now - start).components.seconds)
        await client.close()
        daemon.signal(SIGTERM)
        let end = await daemon.end(within: .seconds(60))
        print("\(count) commands in \(seconds) s; before: \(before); after: \(after); \(build)")
        guard end == 0 else { throw Failure("The daemon ended with \(end ?? -1).") }
        guard after.isWithin(before) else {
            throw Failure("The daemon has grown.")
        }
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
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

/// What a daemon holds at a moment when nothing runs.
private struct Holding: CustomStringConvertible {
    /// Connections of clients and readers of the journal, which come and go.
    private static let descriptorAllowance = 4
    /// What SQLite keeps of a journal in memory, of one that grows more and more of it.
    private static let cacheMegabytes = 32
    /// What its pages take in memory beyond their bytes, and what the allocator keeps.
    private static let allowance = 8

    private let descriptors: Int
    private let threads: Int
    private let megabytes: Int
    /// Of the journal.
    private let fileMegabytes: Int
    private let children: Int
    private let zombies: Int
    /// Processes that it or a command of it has started, whoever their parent is, and itself.
    private let processes: Int

    init(_ daemon: ChildProgram, _ survivors: Survivors, _ journal: JournalLocation) {
        let path = "/proc/\(daemon.pid)"
        func entries(_ name: String) -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)").count) ?? -1
        }
        descriptors = entries("fd")
        threads = entries("task")
        let pages = (try? String(contentsOfFile: path + "/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        megabytes = ((pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))) >> 20
        // Not by `stat`, which the compiler may take for a module's that is not imported here.
        let file = try? FileManager.default.attributesOfItem(atPath: journal.path)
        fileMegabytes = (file?[.size] as? Int ?? 0) >> 20
        let all = daemon.children
        children = all.count
        zombies = all.count { Self.isZombie($0) }
        processes = survivors.count
    }

    var description: String {
        """
        \(descriptors) descriptors, \(threads) threads, \(megabytes) MiB, \(children) children, \
        \(zombies) zombies, \(processes) processes, \(fileMegabytes) MiB of journal
        """
    }

    /// The threads of the runtime come and go; all else is what it was.
    func isWithin(_ before: Holding) -> Bool {
        let cached = min(fileMegabytes - before.fileMegabytes, Self.cacheMegabytes)
        return descriptors <= before.descriptors + Self.descriptorAllowance
            && children <= before.children && zombies == 0 && processes <= before.processes
            && megabytes <= before.megabytes + cached + Self.allowance
    }

    private static func isZombie(_ pid: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return false }
        return text[end...].dropFirst(2).first == "Z"
    }
}
