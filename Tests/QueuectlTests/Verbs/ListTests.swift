import Foundation
import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct ListTests {
    @Test func isAnAlignedTable() async {
        let bench = Bench()
        var held = FutureRecord.function(12, "f", arguments: "[]")
        held.options.queue = "mail"
        held.hold = .unknownTask
        bench.service.add(
            .command(1, ["echo", "it's\n"]).exited(0), .command(2, ["false"]).exited(1),
            .command(3, ["sleep", "9"], .running), held)
        #expect(await bench.run("list") == 0)
        #expect(
            bench.stdout.text == """
                ID  STATE      QUEUE    ATTEMPT  TIME  TASK              REASON
                12  pending    mail     0        0.0s  f()               no worker knows the task 'f'
                3   running    default  1        0.0s  sleep 9
                2   failed     default  1        1.5s  false             CommandFailed: exit status 1
                1   succeeded  default  1        1.5s  echo 'it'\\''s\\n'

                """)
    }

    @Test func asksForWhatIsWanted() async {
        let bench = Bench()
        let words =
            "list --state pending --state running --queue q --task f --before 9 --limit 5"
        #expect(await bench.run(words.split(separator: " ").map(String.init)) == 0)
        let filters = bench.service.state.withLock { $0.filters }
        #expect(
            filters == [
                ListFilter(
                    states: [.pending, .running], queue: "q", task: "f", before: 9, limit: 5)
            ])
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "no such futures\n")
    }

    @Test func inJSONIsAnArrayEvenIfEmpty() async throws {
        let empty = Bench()
        #expect(await empty.run("list", "--json") == 0)
        #expect(try empty.json() == .array([]))
        let bench = Bench()
        bench.service.add(.command(1))
        #expect(await bench.run("list", "--json") == 0)
        #expect(try bench.json()[0]?["command"] == .array([.string("true")]))
    }

    @Test(arguments: [false, true])
    func whatIsDamagedIsNamedBesideTheOthers(inJSON: Bool) async throws {
        let bench = Bench()
        bench.service.add(.command(1), .command(3))
        bench.service.state.withLock {
            $0.unreadable = [UnreadableFuture(id: 2, message: "Future 2 cannot be read.")]
        }
        #expect(await bench.run(["list"] + (inJSON ? ["--json"] : [])) == 70)
        #expect(bench.stderr.text == "queuectl: Future 2 cannot be read.\n")
        #expect(bench.stdout.text.components(separatedBy: "true").count == 3)
        let full = Bench()
        full.service.state.withLock { [bench] in
            $0.unreadable = bench.service.state.withLock { $0.unreadable }
        }
        #expect(await full.run("list", "--limit", "1") == 70)
        #expect(full.stdout.text == "")
        #expect(full.stderr.text.contains("--before 2,"))
    }

    @Test func longTasksAreCut() async {
        let bench = Bench()
        bench.service.add(.command(1, [String(repeating: "x", count: 100)]))
        _ = await bench.run("list")
        #expect(bench.stdout.text.contains(String(repeating: "x", count: 59) + "…  "))
        #expect(!bench.stdout.text.contains(String(repeating: "x", count: 60)))
    }
}

extension ListTests {
    @Test func aFullPageSaysHowToGoOn() async {
        let bench = Bench()
        bench.service.add(.command(4), .command(5))
        #expect(await bench.run("list", "--limit", "2") == 0)
        #expect(bench.stderr.text == "there may be more: --before 4, or a larger --limit\n")
    }
}
