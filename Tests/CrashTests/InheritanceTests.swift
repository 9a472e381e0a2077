import Foundation
import TestSupport
import Testing

/// What the programs make of what they inherit from whoever starts them.
@Suite(.timeLimit(.minutes(10))) struct InheritanceTests {
    /// A file or socket with the number of a stream would be written to by what is printed.
    @Test func closedStreamsStayClosedToFiles() async throws {
        try await withQueue { queue in
            let daemon = try await queue.shell(
                """
                queued <&- >&- 2>&- & daemon=$!
                id=$(queuectl submit -- true) && queuectl wait $id
                for number in 0 1 2; do readlink /proc/$daemon/fd/$number; done
                kill $daemon; wait $daemon
                """)
            #expect(daemon.code == 0, "\(daemon)")
            #expect(daemon.lines == ["1 succeeded", "/dev/null", "/dev/null", "/dev/null"])
            let client = try await queue.shell("queuectl submit -- true <&- >&-")
            #expect(client.code == 74 && client.stderr.contains("Bad file desc"), "\(client)")
        }
    }

    /// Which raises its own.
    @Test func aCommandHasTheLimitOfDescriptorsThatItsDaemonCameWith() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon(
                "-c", "ulimit -Sn 300; exec queued", program: "/bin/sh")
            let id = try await queue.submit("--shell", "ulimit -Sn")
            #expect(try await queue.queuectl("result", id).line == "300")
            let limits = try String(contentsOfFile: "/proc/\(daemon.pid)/limits", encoding: .utf8)
            let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
            #expect(line?.contains(" 300 ") == false, "\(line ?? "")")
        }
    }

    /// Also where the daemon has a relative path, and the command another directory.
    @Test func aCommandKnowsTheJournalOfItsDaemon() async throws {
        try await withQueue { queue in
            let daemon = try queue.start(
                "queued", ["--commands", "2"], environment: ["QUEUECTL_JOURNAL": "journal.db"])
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let directory = queue.directory.appending(path: "elsewhere").path
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false)
            let script = "inner=$(queuectl submit -- true) && queuectl wait $inner"
            let id = try await queue.submit("--cwd", directory, "--shell", script)
            #expect(try await queue.queuectl("result", id).stdout == "2 succeeded\n")
            let other = queue.directory.appending(path: "other.db").path
            let elsewhere = try await queue.submit(
                "--env", "QUEUECTL_JOURNAL=\(other)", "--", "queuectl", "submit", "--", "true")
            #expect(try await queue.queuectl("result", elsewhere).line == "1")
            #expect(try await queue.queuectl("list", "--journal", other).lines.count == 2)
        }
    }

    @Test func aCommandHasTheUmaskOfItsDaemon() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon("-c", "umask 027; exec queued", program: "/bin/sh")
            let id = try await queue.submit("--shell", "umask")
            #expect(try await queue.queuectl("result", id).line == "0027")
        }
    }
}
