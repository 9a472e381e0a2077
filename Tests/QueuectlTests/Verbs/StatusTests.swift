import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct StatusTests {
    @Test func ofAServingOwner() async throws {
        let bench = Bench()
        bench.service.add(.command(1), .command(2).exited(0))
        bench.service.state.withLock { state in
            state.status.owner = OwnerIdentity(
                process: ProcessIdentity(pid: 42, startTime: 1, bootID: "another"),
                program: "queued", version: "0.1", socket: "/journal.db.sock")
            state.status.pools = [.init(kind: .command, capacity: 4, running: 2)]
            state.status.tasks = ["power", "is_prime"]
        }
        #expect(await bench.run("status") == 0)
        #expect(
            bench.stdout.text == """
                journal       /journal.db
                owner         queued 0.1, pid 42
                socket        /journal.db.sock
                command pool  2 of 4 busy
                tasks         is_prime, power
                pending       1
                running       0
                succeeded     1
                failed        0
                cancelled     0

                """)
    }

    @Test func aWarningOfTheOwnerIsShown() async throws {
        let bench = Bench()
        bench.service.state.withLock { $0.status.warning = "The log has grown." }
        #expect(await bench.run("status") == 0)
        #expect(bench.stdout.text.hasSuffix("warning    The log has grown.\n"))
        let other = Bench()
        other.service.state.withLock { $0.status.warning = "The log has grown." }
        #expect(await other.run("status", "--json") == 0)
        #expect(try other.json()["warning"] == .string("The log has grown."))
    }

    @Test func withNoOwnerSaysHowToStartOne() async {
        let bench = Bench()
        bench.service.state.withLock { $0.status.phase = .noOwner }
        #expect(await bench.run("status") == 0)
        #expect(bench.stdout.text.contains("owner      none; start one with: queued\n"))
        bench.service.state.withLock { $0.status.journal = "/a b.db" }
        #expect(await bench.run("status", "--journal", "/a b.db") == 0)
        #expect(
            bench.stdout.text.contains("none; start one with: queued --journal '/a b.db'\n"))
    }

    @Test func inJSONHasTheCountsToo() async throws {
        let bench = Bench()
        bench.service.add(.command(1))
        bench.service.state.withLock { state in
            state.status.owner = OwnerIdentity(
                process: .current, program: "queued", version: "0.1")
        }
        #expect(await bench.run("status", "--json") == 0)
        let json = try bench.json()
        #expect(json["phase"] == .string("serving"))
        #expect(json["counts"]?["pending"] == .integer(1))
        guard case .string(let since)? = json["since"] else {
            Issue.record("no 'since' of a process that lives")
            return
        }
        #expect(Timestamp(since) != nil)
    }

    @Test func statsCountByQueue() async throws {
        let bench = Bench()
        var mail = FutureRecord.command(3)
        mail.options.queue = "mail"
        bench.service.add(.command(1), .command(2).exited(0), mail)
        #expect(await bench.run("stats") == 0)
        #expect(
            bench.stdout.text == """
                QUEUE    PENDING  RUNNING  SUCCEEDED  FAILED  CANCELLED
                default  1        0        1          0       0
                mail     1        0        0          0       0
                (all)    2        0        1          0       0

                """)
        let other = Bench()
        #expect(await other.run("stats", "--json") == 0)
        #expect(try other.json()["total"]?["pending"] == .integer(0))
    }
}

extension StatusTests {
    @Test func inJSONCanBeReadBack() async throws {
        let bench = Bench()
        bench.service.state.withLock { state in
            state.status.owner = OwnerIdentity(
                process: .current, program: "queued", version: "0.1")
        }
        #expect(await bench.run("status", "--json") == 0)
        let status = try WireJSON.decode(ServiceStatus.self, from: bench.stdout.data)
        #expect(status == bench.service.state.withLock { $0.status })
    }
}
