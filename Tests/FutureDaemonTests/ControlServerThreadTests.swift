import Foundation
import FutureControl
import FutureModel
import Synchronization
import Testing

@Suite("Where a request runs", .timeLimit(.minutes(10)))
struct ControlServerThreadTests {
    /// On its connection's event loop where it is short, and elsewhere where others would wait.
    @Test(arguments: [(1, true), (100_000, false)])
    func aShortRequestStaysOnItsEventLoop(length: Int, staysThere: Bool) async throws {
        try await withServer { server in
            let names = Mutex<[String]>([])
            server.service.onSubmit { names.withLock { $0.append(Self.threadName) } }
            let text = String(repeating: "x", count: length)
            let submission = Submission(task: "f", arguments: Payload(json: "[\"\(text)\"]"))
            _ = try await server.client.submit([submission])
            let seen = names.withLock { $0 }
            #expect(seen.map { $0.hasPrefix("NIO-") } == [staysThere], "\(seen)")
        }
    }

    private static var threadName: String {
        (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
    }
}
