import Foundation
import TestSupport
import Testing

/// The two programs of the documentation of `concurrent.futures`.
@Suite(.timeLimit(.minutes(10))) struct ExampleTests {
    @Test func primesInOrderOnAProcessPool() async throws {
        try await withQueue { queue in
            let primes = try await queue.start("example-worker", ["primes"]).answer()
            #expect(primes.code == 0, "\(primes)")
            #expect(
                primes.stdout == """
                    112272535095293 is prime: true
                    112582705942171 is prime: true
                    112272535095293 is prime: true
                    115280095190773 is prime: true
                    115797848077099 is prime: true
                    1099726899285419 is prime: false

                    """)
            #expect(try await queue.counts() == ["succeeded": 6])
        }
    }

    @Test func primesThroughADaemon() async throws {
        try await withQueue { queue in
            _ = try await queue.daemon(program: "example-worker daemon")
            let prime = try await queue.submit("--task", "is_prime", "112272535095293")
            let other = try await queue.submit("--task", "is_prime", "1099726899285419")
            #expect(try await queue.queuectl("result", prime).line == "true")
            #expect(try await queue.queuectl("result", other).line == "false")
        }
    }

    private static let pages = ["/a": 10, "/b": 2_000, "/c": 300_000, "/d": 0, "/e": 77]

    @Test func pagesAsTheyComeOnAThreadPool() async throws {
        try await withQueue { queue in
            let server = try WebServer(pages: Self.pages)
            let (holder, port) = try WebServer.closedPort()
            defer { withExtendedLifetime(holder) {} }
            let nowhere = "http://127.0.0.1:\(port)/"
            let urls = Self.pages.keys.map { server.url($0) } + [nowhere]
            let answer = try await queue.start("example-worker", ["urls"] + urls).answer()
            #expect(answer.code == 0, "\(answer)")
            #expect(answer.lines.count == 6)
            for (path, size) in Self.pages {
                #expect(answer.lines.contains("'\(server.url(path))' page is \(size) bytes"))
            }
            let failure = answer.lines.first {
                $0.hasPrefix("'\(nowhere)' generated an exception: ")
            }
            #expect(failure?.contains("refused") == true, "\(answer)")
            #expect(try await queue.counts() == ["succeeded": 5, "failed": 1])
        }
    }

    @Test func pagesThroughADaemon() async throws {
        try await withQueue { queue in
            let server = try WebServer(pages: Self.pages)
            _ = try await queue.daemon(program: "example-worker daemon")
            let page = try await queue.submit("--task", "load_url", "\"\(server.url("/c"))\"", "60")
            let none = try await queue.submit("--task", "load_url", "\"\(server.url("/z"))\"", "60")
            #expect(try await queue.queuectl("result", page).line == "300000")
            let missing = try await queue.queuectl("result", none)
            #expect(missing.code == 1 && missing.stderr.contains("404"), "\(missing)")
        }
    }
}
