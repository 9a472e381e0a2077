import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// Two owners die, the second before it has done the first one's cleaning up.
@Suite(.timeLimit(.minutes(10)))
struct GuardianTests {
    /// A journal in a directory of its own, and a pipe on which a command says that it is there.
    private final class Place: Sendable {
        let directory: URL
        let told: String
        let location: JournalLocation
        var environment: [String: String] { ["QUEUECTL_JOURNAL": location.path] }

        init() throws {
            directory = FileManager.default.temporaryDirectory
                .appending(path: "guardian-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
            told = directory.appending(path: "told").path
            mkfifo(told, 0o600)
            location = try JournalLocation(directory.appending(path: "journal.db").path)
        }

        deinit { try? FileManager.default.removeItem(at: directory) }
    }

    @Test func waitsForTheNextOwnersDeathToo() async throws {
        let place = try Place()
        defer { withExtendedLifetime(place) {} }
        let (directory, told) = (place.directory, place.told)
        let (location, journal) = (place.location, place.environment)
        let daemon = try Program("queued", [], environment: journal, directory: directory)
        defer { daemon.signal(SIGKILL) }
        try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
        let guardian = try #require(children(of: daemon.pid).first)
        let script = "setsid sleep 1000 & echo $! >pid; echo here >told; wait"
        let submit = try await Program(
            "queuectl", ["submit", "--", "sh", "-c", script], environment: journal,
            directory: directory
        ).answer()
        try #require(submit.code == 0, "\(submit)")
        await waitForWriter(of: told)
        let text = try String(contentsOf: directory.appending(path: "pid"), encoding: .utf8)
        let pid = try #require(pid_t(text.dropLast()))
        defer { kill(pid, SIGKILL) }

        // The next owner has the journal before the guardian can act, and keeps it for a while.
        kill(guardian, SIGSTOP)
        daemon.signal(SIGKILL)
        _ = await daemon.exitCode()
        let owner = OwnerIdentity(process: .current, program: "test", version: "")
        let lock = try await OwnerLock.acquire(location, as: owner, patience: .seconds(30))
        kill(guardian, SIGCONT)
        let begin = pauses(of: guardian)
        // Each of its tries is a pause of 5 ms or more.
        while isRunning(guardian), pauses(of: guardian) < begin + 200 { await Task.yield() }
        try #require(isRunning(guardian) && isRunning(pid))
        lock.release()
        while isRunning(pid) { await Task.yield() }
    }

    /// It is there before anything runs: already while what the last owner left is recovered.
    @Test func isThereBeforeAnythingRuns() async throws {
        let place = try Place()
        defer { withExtendedLifetime(place) {} }
        let (directory, told) = (place.directory, place.told)
        let (location, journal) = (place.location, place.environment)
        /// A killed owner leaves its name in the lock; its guardian takes it out.
        func isLockEmpty() throws -> Bool {
            try Data(contentsOf: URL(fileURLWithPath: location.lockPath)).isEmpty
        }
        let first = try Program("queued", [], environment: journal, directory: directory)
        defer { first.signal(SIGKILL) }
        try #require(await first.hasSaid("ready"), "\(first.stderr)")
        let submit = try await Program(
            "queuectl", ["submit", "--", "sh", "-c", "echo here >told; sleep 1000"],
            environment: journal, directory: directory
        ).answer()
        try #require(submit.code == 0, "\(submit)")
        await waitForWriter(of: told)
        first.signal(SIGKILL)
        while try !isLockEmpty() { await Task.yield() }
        let failpoint = ["QUEUECTL_FAILPOINT": "beforeRecovery:1"]
        let second = try Program(
            "queued", [], environment: journal.merging(failpoint) { $1 }, directory: directory)
        #expect(await second.exitCode() == 128 + SIGKILL)
        while try !isLockEmpty() { await Task.yield() }
    }

    /// The processes that a program has started, by the order of their numbers.
    private func children(of parent: pid_t) throws -> [pid_t] {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")
        return try threads.flatMap { thread in
            try String(
                contentsOfFile: "/proc/\(parent)/task/\(thread)/children", encoding: .utf8
            ).split(separator: " ").compactMap { pid_t($0) }
        }.sorted()
    }

    /// How often the threads of a process have gone to sleep.
    private func pauses(of pid: pid_t) -> Int {
        let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        return (threads ?? []).reduce(0) { sum, thread in
            let path = "/proc/\(pid)/task/\(thread)/status"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first {
                $0.hasPrefix("voluntary_ctxt_switches:")
            }
            return sum + (line?.split(separator: "\t").last.flatMap { Int($0) } ?? 0)
        }
    }
}
