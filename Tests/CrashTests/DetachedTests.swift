import Foundation
import TestSupport
import Testing

/// Everything but running works while no daemon does.
@Suite(.timeLimit(.minutes(10))) struct DetachedTests {
    @Test func submittingSaysThatNothingWillRun() async throws {
        try await withQueue { queue in
            let submit = try await queue.queuectl("submit", "--", "echo", "hello")
            #expect(submit.code == 0 && submit.stdout == "1\n", "\(submit)")
            #expect(submit.stderr.contains("no daemon is running"), "\(submit)")
            _ = try await queue.daemon()
            #expect(try await queue.queuectl("result", "1").stdout == "hello\n")
            let served = try await queue.queuectl("submit", "--", "true")
            #expect(served.stderr.isEmpty, "\(served)")
        }
    }

    @Test func lookingAtWhatIsThere() async throws {
        try await withQueue { queue in
            #expect(try await queue.isEmpty())
            let id = try await queue.submit("--", "echo", "hello")
            let show = try await queue.queuectl("show", id)
            #expect(show.stdout.contains("waiting for a daemon"), "\(show)")
            let list = try await queue.queuectl("list")
            #expect(list.code == 0 && list.stdout.contains("echo hello"), "\(list)")
            #expect(try await queue.counts() == ["pending": 1])
            let status = try await queue.queuectl("status")
            #expect(status.code == 0 && status.stdout.contains("start one with"), "\(status)")
            let history = try await queue.queuectl("history", id)
            #expect(history.code == 0 && history.stdout.contains("submitted"), "\(history)")
            let log = try await queue.queuectl("log", id)
            #expect(log.code == 0 && log.stdout.isEmpty, "\(log)")
        }
    }

    @Test func waitingEndsWithItsTimeOut() async throws {
        try await withQueue { queue in
            let id = try await queue.submit("--", "true")
            let wait = try await queue.queuectl("wait", "--timeout", "50ms", id)
            #expect(wait.code == 124 && wait.stderr.contains("still pending"), "\(wait)")
            let result = try await queue.queuectl("result", "--timeout", "50ms", id)
            #expect(result.code == 124 && result.stdout.isEmpty, "\(result)")
        }
    }

    @Test func cancellingAndTryingAgain() async throws {
        try await withQueue { queue in
            let id = try await queue.submit("--", "echo", "again")
            let cancel = try await queue.queuectl("cancel", id)
            #expect(cancel.code == 0 && cancel.line == "\(id) cancelled before it ran", "\(cancel)")
            #expect(try await queue.queuectl("wait", id).code == 125)
            let retry = try await queue.queuectl("retry", id)
            #expect(retry.code == 0 && retry.line == "2", "\(retry)")
            _ = try await queue.daemon()
            #expect(try await queue.queuectl("result", "2").stdout == "again\n")
            #expect(try await queue.queuectl("wait", id).code == 125)
        }
    }

    /// A wait that began without a daemon ends with the one that comes.
    @Test func waitingForADaemonToCome() async throws {
        try await withQueue { queue in
            let done = try await queue.submit("--", "true")
            #expect(try await queue.queuectl("cancel", done).code == 0)
            let id = try await queue.submit("--", "true")
            let wait = try queue.start("queuectl", ["wait", done, id])
            #expect(await wait.hasPrinted("\(done) cancelled: cancelled by request"))
            _ = try await queue.daemon()
            #expect(await wait.hasPrinted("\(id) succeeded"))
            #expect(await wait.exitCode() == 1)
        }
    }
}
