import Foundation
import TestSupport
import Testing

/// What of its submitter a journal keeps.
@Suite(.timeLimit(.minutes(10))) struct SecrecyTests {
    private func journalHolds(_ text: String, _ queue: Queue) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: queue.directory.path)
        #expect(names.contains("journal.db-wal"))
        return names.contains { name in
            let path = queue.directory.appending(path: name).path
            return FileManager.default.contents(atPath: path)?.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func noVariableIsStoredThatWasNotAskedFor() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon()
            let secret = "hunter2-\(UUID().uuidString)"
            let environment = ["TOKEN": secret, "LD_PRELOAD_NOT": secret, "path": secret]
            let script = "id=$(queuectl submit -- sh -c 'echo \"[$TOKEN]\"') && queuectl result $id"
            let answer = try await queue.shell(script, environment: environment)
            #expect(answer.line == "[]", "\(answer)")
            #expect(try !journalHolds(secret, queue))
            let asked = try await queue.shell(
                script.replacingOccurrences(of: "submit", with: "submit --env TOKEN"),
                environment: environment)
            #expect(asked.line == "[\(secret)]", "\(asked)")
            #expect(try journalHolds(secret, queue))
        }
    }
}
