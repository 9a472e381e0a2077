import Foundation
import TestSupport
import Testing

/// kill -9 while the journal is being made.
@Suite(.timeLimit(.minutes(10)))
struct FirstStartTests {
    @Test(arguments: ["journalIsDrafted", "journalIsNamed", "afterLeftovers", "beforeBegin"])
    func aJournalAppearsWholeOrNotAtAll(_ failpoint: String) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "first-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "journal.db").path
        func run(_ program: String, _ arguments: String..., failpoint: String = "") async throws
            -> Int32
        {
            let environment = ["QUEUECTL_JOURNAL": path, "QUEUECTL_FAILPOINT": failpoint]
            let program = try Program(
                program, arguments, environment: environment, directory: directory)
            return await program.exitCode()
        }
        #expect(try await run("queued", failpoint: failpoint + ":1") == 128 + SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
        // What is not named yet is nobody's journal, however far it has come.
        let isNamed = FileManager.default.fileExists(atPath: path)
        #expect(isNamed == (failpoint != "journalIsDrafted"))
        if isNamed {
            // As a read-only connection finds it, before any owner could repair it.
            #expect(try await run("queuectl", "verify") == 0)
            let header = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(20)
            #expect(Array(header.suffix(2)) == [2, 2], "it has no write-ahead log")
        }
        #expect(try await run("queuectl", "submit", "--", "true") == 0)
        #expect(try await run("queuectl", "verify") == 0)
        // Nor is anything left of what was never named.
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!names.contains { $0.contains(".new") }, "\(names)")
    }
}
