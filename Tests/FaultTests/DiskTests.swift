import Foundation
import TestSupport
import Testing

/// A daemon whose journal is on a disk that fills up, or breaks.
@Suite(.timeLimit(.minutes(10)), .enabled(if: LoopDisk.isPossible, "needs root and loop devices"))
struct DiskTests {
    /// `body` gets a directory with a fresh file system, and ways to run the programs there.
    private func withDisk(
        _ body: (LoopDisk, URL, _ start: (String, [String]) throws -> Program) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "disk-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let disk = try await LoopDisk(in: directory, megabytes: 16)
        let journal = ["QUEUECTL_JOURNAL": disk.mountPoint + "/journal.db"]
        let programs = Programs()
        do {
            try await body(disk, directory) { name, arguments in
                let program = try Program(
                    name, arguments, environment: journal, directory: directory)
                programs.all.append(program)
                return program
            }
        } catch {
            await programs.end()
            try await disk.unmount(in: directory)
            throw error
        }
        await programs.end()
        try await disk.unmount(in: directory)
    }

    private final class Programs {
        var all: [Program] = []

        func end() async {
            for program in all {
                program.signal(SIGKILL)
                await program.exitCode()
            }
        }
    }

    @Test func aFullDiskRefusesAndLosesNoEnd() async throws {
        try await withDisk { disk, directory, start in
            let daemon = try start("queued", ["--commands", "2"])
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let (told, gate) = (
                try Fifo("told", in: directory), try Fifo("gate", in: directory)
            )
            let script = "echo up >\(told.path); read line <\(gate.path); seq 1 20000"
            let submit = await (try start("queuectl", ["submit", "--", "sh", "-c", script]))
                .answer()
            try #require(submit.code == 0, "\(submit)")
            #expect(try await told.line() == "up")

            // All that is left, to the last block.
            let fill = "cat /dev/zero >\(disk.mountPoint)/ballast"
            _ = await (try start("/bin/sh", ["-c", fill + " 2>/dev/null"])).answer()
            // The log may have some room of its own, which these use up.
            let large = ["submit", "--task", "f", "\"\(String(repeating: "x", count: 90_000))\""]
            var refused = await (try start("queuectl", large)).answer()
            for _ in 0..<200 where refused.code == 0 {
                refused = await (try start("queuectl", large)).answer()
            }
            #expect(refused.code == 74 && refused.stderr.contains("full"), "\(refused)")
            #expect(refused.bytes.isEmpty)

            // What ends now has nowhere to be recorded; the daemon says so and goes on.
            try gate.send()
            #expect(await daemon.hasSaid { $0.contains("disk") && $0.contains("full") })
            #expect(await (try start("queuectl", ["status"])).answer().code == 0)
            #expect(!daemon.hasEnded)

            unlink(disk.mountPoint + "/ballast")
            let result = await (try start("queuectl", ["result", submit.line])).answer()
            #expect(result.code == 0 && result.lines.last == "20000", "\(result.stderr)")
            #expect(await (try start("queuectl", large)).answer().code == 0)
            let verify = await (try start("queuectl", ["verify"])).answer()
            #expect(verify.code == 0, "\(verify)")
            daemon.signal(SIGTERM)
            #expect(await daemon.exitCode() == 0)
        }
    }

    @Test func aReadOnlyDiskIsSaidToBeOne() async throws {
        try await withDisk { disk, directory, start in
            let kept = await (try start("queuectl", ["submit", "--", "true"])).answer()
            try #require(kept.code == 0, "\(kept)")
            try await disk.makeReadOnly(in: directory)
            for call in [["submit", "--", "true"], ["cancel", kept.line], ["retry", kept.line]] {
                let answer = await (try start("queuectl", call)).answer()
                #expect(answer.code == 74 && answer.bytes.isEmpty, "\(call): \(answer)")
                #expect(answer.stderr.contains("ead-only"), "\(call): \(answer)")
            }
            let daemon = await (try start("queued", [])).answer()
            #expect(daemon.code == 74 && daemon.stderr.contains("ead-only"), "\(daemon)")
            // Reading works, or says why.
            let list = await (try start("queuectl", ["list"])).answer()
            #expect(list.code == 0 || (list.code == 74 && !list.stderr.isEmpty), "\(list)")
        }
    }

    @Test func aBrokenDiskEndsTheDaemon() async throws {
        try await withDisk { disk, directory, start in
            let daemon = try start("queued", ["--commands", "2"])
            try #require(await daemon.hasSaid("ready"), "\(daemon.stderr)")
            let kept = await (try start("queuectl", ["submit", "--", "echo", "kept"])).answer()
            try #require(kept.code == 0, "\(kept)")
            #expect(await (try start("queuectl", ["wait", kept.line])).answer().code == 0)

            let (told, gate) = (
                try Fifo("told", in: directory), try Fifo("gate", in: directory)
            )
            let script = "echo up >\(told.path); read line <\(gate.path)"
            let open = await (try start("queuectl", ["submit", "--", "sh", "-c", script])).answer()
            #expect(try await told.line() == "up")

            try disk.breakDown()
            let lost = await (try start("queuectl", ["submit", "--", "echo", "lost"])).answer()
            #expect(lost.code == 74 && lost.bytes.isEmpty, "\(lost)")
            // Its end cannot be recorded.
            try gate.send()
            let end = await daemon.answer()
            #expect(end.code == 74 && end.stderr.contains("The journal has stopped"), "\(end)")

            try await disk.unmount(in: directory)
            try await disk.mount(in: directory)
            let verify = await (try start("queuectl", ["verify"])).answer()
            #expect(verify.code == 0, "\(verify)")
            let result = await (try start("queuectl", ["result", kept.line])).answer()
            #expect(result.stdout == "kept\n", "\(result)")
            let next = try start("queued", ["--commands", "2"])
            try #require(await next.hasSaid("ready"), "\(next.stderr)")
            #expect(try await told.line() == "up", "it is recovered")
            try gate.send()
            #expect(await (try start("queuectl", ["wait", open.line])).answer().code == 0)
        }
    }
}
