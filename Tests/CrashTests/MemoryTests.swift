import Foundation
import TestSupport
import Testing

/// Tasks that the kernel kills for want of memory.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: MemoryGroup.isPossible, "needs root and a control group for memory"))
struct MemoryTests {
    private func failure(_ queue: Queue, _ id: String) async throws -> [String: Any] {
        let wait = try await queue.queuectl("wait", id)
        #expect(wait.code != 0, "\(wait)")
        return try #require(try await queue.show(id)["exception"] as? [String: Any])
    }

    @Test func aCommandIsSaidToBeKilledForIt() async throws {
        try await withQueue { queue in
            let group = try MemoryGroup()
            defer { group.remove() }
            _ = try await queue.daemon("--commands", "2")
            let gate = try queue.fifo("gate")
            let neighbour = try await queue.submit("--", "sh", "-c", "read line <\(gate.path)")
            let id = try await queue.submit(
                "--", "sh", "-c", "echo $$ >\(group.processes); exec tail /dev/zero")
            let exception = try await failure(queue, id)
            #expect(exception["signal"] as? Int == 9)
            #expect(
                exception["message"] as? String
                    == "killed by signal 9; the kernel killed for want of memory at that time")
            // Where only a child of it was killed, its shell tells.
            let child = try await queue.submit(
                "--", "sh", "-c",
                "(echo 0 >\(group.processes); exec tail /dev/zero); exit $?")
            let message = try await failure(queue, child)["message"] as? String
            #expect(message?.hasSuffix("killed for want of memory at that time") == true)
            try gate.send()
            #expect(try await queue.queuectl("wait", neighbour).code == 0)
        }
    }

    @Test func aWorkerIsSaidToBeKilledForIt() async throws {
        try await withQueue { queue in
            let group = try MemoryGroup()
            defer { group.remove() }
            _ = try await queue.daemon("--processes", "2", program: "test-daemon")
            let id = try await queue.submit(
                "--on-crash", "fail", "--task", "hog", "\"\(group.processes)\"")
            let exception = try await failure(queue, id)
            #expect(exception["type"] as? String == "WorkerDied")
            #expect(exception["signal"] as? Int == 9)
            let message = exception["message"] as? String
            #expect(message?.hasSuffix("killed for want of memory at that time") == true)
            let after = try await queue.submit("--task", "add", "1", "2")
            #expect(try await queue.queuectl("result", after).line == "3")
        }
    }
}
