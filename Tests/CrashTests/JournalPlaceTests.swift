import Foundation
import TestSupport
import Testing

/// Places and files that cannot be a journal: a clear word, an exit code, nothing changed.
@Suite(.timeLimit(.minutes(10))) struct JournalPlaceTests {
    /// What each program makes of the journal at `path`.
    private func expect(
        _ code: Int32, saying word: String, of path: String, in queue: Queue,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        for call in [["submit", "--", "true"], ["list"], ["wait", "--timeout", "1ms", "1"]] {
            let answer = try await queue.queuectl(
                [call[0], "--journal", path] + call.dropFirst())
            #expect(answer.code == code, "\(call): \(answer)", sourceLocation: location)
            #expect(answer.stderr.contains(word), "\(call): \(answer)", sourceLocation: location)
            #expect(answer.stdout.isEmpty, "\(call): \(answer)", sourceLocation: location)
        }
        let daemon = try queue.start("queued", ["--journal", path])
        #expect(await !daemon.hasSaid("ready"), sourceLocation: location)
        let answer = await daemon.answer()
        #expect(answer.code == code, "\(answer)", sourceLocation: location)
        #expect(answer.stderr.contains(word), "\(answer)", sourceLocation: location)
    }

    @Test func aDirectoryThatIsMissing() async throws {
        try await withQueue { queue in
            let path = queue.directory.appending(path: "missing/journal.db").path
            let answer = try await queue.queuectl("submit", "--journal", path, "--", "true")
            #expect(answer.code == 74, "\(answer)")
            #expect(answer.stderr.contains("does not exist"), "\(answer)")
            let daemon = try await queue.start("queued", ["--journal", path]).answer()
            #expect(daemon.code == 74 && daemon.stderr.contains("does not exist"), "\(daemon)")
            #expect(
                !FileManager.default.fileExists(
                    atPath: (path as NSString).deletingLastPathComponent))
        }
    }

    @Test(arguments: [
        "queuectl submit --cwd / --journal name.db -- true", "queuectl list --journal ./name.db",
        "queuectl verify --journal name.db", "queued --journal name.db",
    ])
    func aRelativePathInADirectoryThatIsGone(call: String) async throws {
        try await withQueue { queue in
            let answer = try await queue.shell("mkdir gone; cd gone; rmdir ../gone; \(call)")
            #expect(answer.code == 74 && answer.stdout.isEmpty, "\(answer)")
            #expect(answer.stderr.contains("give the journal's full path"), "\(answer)")
        }
    }

    @Test func anotherKindOfFile() async throws {
        try await withQueue { queue in
            let picture = Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) + Data("JFIF".utf8)
            let path = queue.directory.appending(path: "picture.jpg").path
            for bytes in [picture, picture + Data(repeating: 7, count: 5000)] {
                try bytes.write(to: URL(fileURLWithPath: path))
                try await expect(70, saying: "is not a journal", of: path, in: queue)
                #expect(FileManager.default.contents(atPath: path) == bytes)
                #expect(!FileManager.default.fileExists(atPath: path + ".owner"))
            }
        }
    }

    @Test func aDirectory() async throws {
        try await withQueue { queue in
            try await expect(70, saying: "not a regular file", of: queue.directory.path, in: queue)
        }
    }

    @Test func aFileThatIsNotRegular() async throws {
        try await withQueue { queue in
            let pipe = try queue.fifo("pipe")
            for path in ["/dev/null", pipe.path] {
                try await expect(70, saying: "not a regular file", of: path, in: queue)
            }
            #expect(!FileManager.default.fileExists(atPath: pipe.path + ".owner"))
        }
    }

    @Test func aJournalThatIsNotThereYet() async throws {
        try await withQueue { queue in
            for path in [queue.journal, "/no/such/journal.db"] {
                for verb in ["list", "stats", "status"] {
                    let answer = try await queue.queuectl(verb, "--journal", path)
                    #expect(answer.code == 0, "\(verb): \(answer)")
                    #expect(answer.stderr.contains("no journal at \(path) yet\n"), "\(answer)")
                }
                let wait = try await queue.queuectl("wait", "--journal", path, "1")
                #expect(wait.code == 127, "\(wait)")
                #expect(wait.stderr.contains("no journal at \(path) yet"), "\(wait)")
            }
            _ = try await queue.submit("--", "true")
            let list = try await queue.queuectl("list")
            #expect(list.code == 0 && list.stderr.isEmpty, "\(list)")
        }
    }

    /// Before anything runs.
    @Test func aSocketsPlaceThatIsTaken() async throws {
        try await withQueue { queue in
            let id = try await queue.submit("--", "true")
            let socket = queue.journal + ".sock"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: socket))
            let daemon = try await queue.start("queued", []).answer()
            #expect(daemon.code == 74, "\(daemon)")
            #expect(daemon.stderr.contains("\(socket) is in the way"), "\(daemon)")
            #expect(FileManager.default.contents(atPath: socket) == Data("mine".utf8))
            #expect(try await queue.show(id)["attempt"] as? Int == 0)
            unlink(socket)
            _ = try await queue.daemon()
            #expect(try await queue.queuectl("wait", id).code == 0)
        }
    }

    @Test func aLedgersPlaceThatIsTaken() async throws {
        try await withQueue { queue in
            let ledger = queue.journal + ".children"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: ledger))
            let daemon = try await queue.start("queued", []).answer()
            #expect(daemon.code == 70 && daemon.stderr.contains(ledger), "\(daemon)")
            #expect(FileManager.default.contents(atPath: ledger) == Data("mine".utf8))
        }
    }

    /// A journal with `change` made to its file, while nobody has it open.
    private func changed(
        _ queue: Queue, _ change: (inout Data) -> Void
    ) async throws -> Data {
        let id = try await queue.submit("--", "true")
        let daemon = try await queue.daemon()
        #expect(try await queue.queuectl("wait", id).code == 0)
        daemon.signal(SIGTERM)
        #expect(await daemon.exitCode() == 0)
        var bytes = try #require(FileManager.default.contents(atPath: queue.journal))
        change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: queue.journal))
        return bytes
    }

    @Test func theDatabaseOfAnotherProgram() async throws {
        try await withQueue { queue in
            let bytes = try await changed(queue) {
                $0.replaceSubrange(68..<72, with: [0, 0, 0, 0])
            }
            try await expect(70, saying: "another program", of: queue.journal, in: queue)
            #expect(FileManager.default.contents(atPath: queue.journal) == bytes)
        }
    }

    @Test func aNewerJournal() async throws {
        try await withQueue { queue in
            let bytes = try await changed(queue) { $0[62] = 9 }
            try await expect(70, saying: "newer program", of: queue.journal, in: queue)
            #expect(FileManager.default.contents(atPath: queue.journal) == bytes)
        }
    }

    @Test func aTruncatedJournal() async throws {
        try await withQueue { queue in
            let bytes = try await changed(queue) { $0 = $0.prefix($0.count / 2) }
            try await expect(70, saying: "truncated", of: queue.journal, in: queue)
            #expect(FileManager.default.contents(atPath: queue.journal) == bytes)
        }
    }

    @Test(.enabled(if: Stranger.canRunPrograms, "root needs setpriv and a public build directory"))
    func aDirectoryThatIsReadOnly() async throws {
        try await withQueue { queue in
            let path = queue.directory.appending(path: "locked").path
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o555])
            chmod(queue.directory.path, 0o755)
            defer { chmod(path, 0o755) }
            let journal = path + "/journal.db"
            for call in [
                ["queuectl", "submit", "--journal", journal, "--", "true"],
                ["queued", "--journal", journal],
            ] {
                let answer = try await queue.shell(
                    Stranger.shellPrefix + call.joined(separator: " "))
                #expect(answer.code == 74, "\(call): \(answer)")
                #expect(answer.stderr.contains("cannot be written"), "\(call): \(answer)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
        }
    }

    @Test(.enabled(if: getuid() == 0 && Stranger.canRunPrograms, "only root can be two users"))
    func aJournalOfSomebodyElse() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon()
            // Of their directory, and of the files where that is open to all.
            for mode in [0o700, 0o755, 0o777] as [mode_t] {
                chmod(queue.directory.path, mode)
                for call in ["submit -- true", "list", "wait 1", "status", "cancel 1", "verify"] {
                    let answer = try await queue.shell("\(Stranger.shellPrefix)queuectl \(call)")
                    #expect(answer.code == 74, "\(call): \(answer)")
                    #expect(answer.stderr.contains("ermission denied"), "\(call): \(answer)")
                    #expect(answer.stdout.isEmpty)
                }
                let other = try await queue.shell("\(Stranger.shellPrefix)queued")
                #expect(other.code == 74 && other.stderr.contains("ermission denied"), "\(other)")
            }
            // Nor with the bare system calls: connecting to a socket takes the right to write.
            let script = "for f in *; do test -r $f -o -w $f && echo $f; done; true"
            let open = try await queue.shell("\(Stranger.shellPrefix)sh -c '\(script)'")
            #expect(open.code == 0 && open.stdout.isEmpty, "\(open)")
            chmod(queue.directory.path, 0o700)
            #expect(!daemon.hasEnded)
            #expect(try await queue.isEmpty())
        }
    }

    /// Who connects by the bare system calls, and not through the programs, which refuse to.
    @Test(
        .enabled(
            if: getuid() == 0 && Stranger.canRunPrograms && Stranger.hasCurl,
            "only root can be two users, and curl is to be there"))
    func theSocketOfSomebodyElse() async throws {
        try await withQueue { queue in
            let daemon = try await queue.daemon()
            let socket = queue.journal + ".sock"
            func knock(_ prefix: String, _ call: String) async throws -> Program.Answer {
                try await queue.shell(
                    "\(prefix)curl -sS --unix-socket '\(socket)' "
                        + "-w '%{http_code}' http://x/v1/\(call)")
            }
            let calls = ["status", "futures", "futures -d '{\"task\":\"f\"}'"]
            // The directory keeps others out; where it is open, the socket's own mode does.
            for mode in [0o700, 0o755, 0o777] as [mode_t] {
                chmod(queue.directory.path, mode)
                for call in calls {
                    let answer = try await knock(Stranger.shellPrefix, call)
                    #expect(answer.code == 7 && answer.stdout == "000", "\(call): \(answer)")
                }
            }
            // And where somebody has opened both, the daemon does.
            chmod(socket, 0o666)
            for call in calls {
                let answer = try await knock(Stranger.shellPrefix, call)
                #expect(answer.code == 0 && answer.stdout.hasSuffix("403"), "\(call): \(answer)")
                #expect(answer.stdout.contains(#""code":"no_access""#), "\(call): \(answer)")
                #expect(answer.stdout.contains("only the user who runs it."), "\(answer)")
            }
            let own = try await knock("", "status")
            #expect(own.code == 0 && own.stdout.hasSuffix("200"), "\(own)")
            chmod(queue.directory.path, 0o700)
            #expect(!daemon.hasEnded)
            #expect(try await queue.isEmpty())
        }
    }

    /// Root may do all that the user may.
    @Test(
        .enabled(
            if: getuid() == 0 && Stranger.canRunPrograms, "only root can be two users"))
    func rootIsServedByAUsersDaemon() async throws {
        try await withQueue { queue in
            chown(queue.directory.path, 65534, 65534)
            let daemon = try queue.start(
                "/bin/sh", ["-c", "exec \(Stranger.shellPrefix)queued --commands 1"])
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let answer = try await queue.queuectl("status")
            #expect(answer.code == 0, "\(answer)")
            daemon.signal(SIGTERM)
            #expect(await daemon.exitCode() == 0)
        }
    }

    @Test func aPathLongerThanASocketsCanBe() async throws {
        try await withQueue { queue in
            let name = String(repeating: "long", count: 30)
            let directory = queue.directory.appending(path: "\(name)/\(name)").path
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let runtime = queue.directory.appending(path: "run").path
            try FileManager.default.createDirectory(
                atPath: runtime, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
            let environment = [
                "QUEUECTL_JOURNAL": directory + "/journal.db", "XDG_RUNTIME_DIR": runtime,
            ]
            let daemon = try queue.start("queued", [], environment: environment)
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let answer = try await queue.shell(
                "id=$(queuectl submit -- echo far) && queuectl wait $id && queuectl result $id",
                environment: environment)
            #expect(answer.code == 0 && answer.lines == ["1 succeeded", "far"], "\(answer)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: runtime + "/queuectl").count
                    == 1)
        }
    }

    @Test(arguments: ["000", "777"])
    func theDefaultPlaceIsItsUsersAlone(umask: String) async throws {
        try await withQueue { queue in
            let state = queue.directory.appending(path: "state").path
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: false)
            let answer = try await queue.shell(
                "umask \(umask); unset QUEUECTL_JOURNAL; queuectl submit -- true",
                environment: ["XDG_STATE_HOME": state])
            #expect(answer.code == 0, "\(answer)")
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            let directory = state + "/queuectl"
            #expect(try mode(directory) == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(names.contains("journal.db"))
            for name in names { #expect(try mode("\(directory)/\(name)") == 0o600, "\(name)") }
            let daemon = try queue.start(
                "/bin/sh", ["-c", "umask \(umask); unset QUEUECTL_JOURNAL; exec queued"],
                environment: ["XDG_STATE_HOME": state])
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let wait = try await queue.shell(
                "unset QUEUECTL_JOURNAL; queuectl wait 1", environment: ["XDG_STATE_HOME": state])
            #expect(wait.code == 0, "\(wait)")
            let served = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(Set(served).isSuperset(of: ["journal.db.sock", "journal.db-wal"]))
            for name in served { #expect(try mode("\(directory)/\(name)") == 0o600, "\(name)") }
            daemon.signal(SIGTERM)
            #expect(await daemon.exitCode() == 0)
        }
    }
}

/// Somebody who may not do what root may.
enum Stranger {
    /// Before a command that is to be run as such; nothing where the tests are.
    static var shellPrefix: String {
        getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
    }

    static var hasCurl: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/curl") }

    static var canRunPrograms: Bool {
        guard getuid() == 0 else { return true }
        var path = Program.buildDirectory.path
        while path != "/" {
            var info = stat()
            guard stat(path, &info) == 0, info.st_mode & S_IXOTH != 0 else { return false }
            path = (path as NSString).deletingLastPathComponent
        }
        return FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    }
}
