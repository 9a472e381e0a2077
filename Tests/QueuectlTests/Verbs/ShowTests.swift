import FutureModel
import Testing

@testable import queuectl

@Suite struct ShowTests {
    @Test func ofACommand() async {
        let bench = Bench()
        var record = FutureRecord.command(7, ["sh", "-c", "exit 3"])
            .exited(3, stdout: "abc", dropped: 5)
        if case .failed(var failure)? = record.outcome {
            failure.place = AttemptPlace(pool: .command, host: "box", pid: 7)
            record.outcome = .failed(failure)
        }
        bench.service.add(record)
        #expect(await bench.run("show", "7") == 0)
        #expect(
            bench.stdout.text == """
                id           7
                task         sh -c 'exit 3'
                state        failed
                exception    CommandFailed: exit status 3
                ran in       command pool, pid 7 on box
                exit code    3
                queue        default
                priority     0
                attempt      1
                submitted    2026-05-01 14:00:00
                started      2026-05-01 14:00:00
                finished     2026-05-01 14:00:01
                ran for      1.5s
                directory    /tmp
                stdout       3 bytes, 5 more not kept
                stderr       0 bytes
                on crash     retry (up to 3 times)
                on shutdown  finish

                """)
    }

    @Test func ofAFunctionThatWaitsAgain() async {
        let bench = Bench()
        var record = FutureRecord.function(8)
        record.attempt = 2
        record.charges = Charges(errors: 2, interruptions: 1)
        record.options = SubmitOptions(
            queue: "mail", priority: 5, onCrash: .fail, onShutdown: .cancel,
            retry: RetryPolicy(maxAttempts: 5), timeLimit: .seconds(90), key: "k")
        record.hold = .unknownTask
        record.retryOf = 3
        bench.service.add(record)
        #expect(await bench.run("show", "8") == 0)
        #expect(
            bench.stdout.text == """
                id           8
                task         power(2,8)
                state        pending
                reason       no worker knows the task 'power'
                queue        mail
                priority     5
                attempt      2 of 5 (before: 2 failed, 1 interrupted)
                submitted    2026-05-01 14:00:00
                on crash     fail
                on shutdown  cancel
                time limit   90s
                key          k
                retry of     3

                """)
    }

    @Test func inJSONHasEveryKeyOfTheAgreement() async throws {
        let bench = Bench()
        bench.service.add(.function(8).ended(.succeeded(Payload(json: "256"))))
        #expect(await bench.run("show", "--json", "8") == 0)
        let json = try bench.json()
        for key in [
            "id", "task", "queue", "state", "attempt", "priority", "submitted_at", "started_at",
            "finished_at", "exit_code", "value", "exception", "reason",
        ] {
            #expect(json[key] != nil, "\(key) is missing")
        }
        #expect(json["value"] == .integer(256))
        #expect(json["finished_at"] == .string("2026-05-01T12:00:01.500Z"))
    }

    @Test func severalInJSONAreAnArray() async throws {
        let bench = Bench()
        bench.service.add(.function(8), .command(9))
        #expect(await bench.run("show", "--json", "9", "8") == 0)
        #expect(try bench.json()[0]?["id"] == .integer(9))
        #expect(try bench.json()[1]?["id"] == .integer(8))
    }

    @Test func aHostileTaskReachesNoTerminal() async {
        let bench = Bench(stdout: MemorySink(isTerminal: true))
        bench.service.add(.command(1, ["\u{1b}]0;x\u{7}", "\u{202e}", "a\nb"]))
        for words in [["show", "1"], ["show", "--json", "1"], ["list"], ["list", "--json"]] {
            #expect(await bench.run(words) == 0)
        }
        let controls = bench.stdout.text.unicodeScalars.filter {
            $0 != "\n" && ($0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0 == "\u{202e}")
        }
        #expect(controls.isEmpty)
        #expect(bench.stdout.text.contains("'\\u001b]0;x\\u0007' '\\u202e' 'a\\nb'"))
    }

    @Test func anUnknownIdIsTold() async {
        #expect(await Bench().run("show", "1") == 127)
    }
}

extension ShowTests {
    @Test func namesThatAreTheUsersStayAsTheyAre() async throws {
        let bench = Bench()
        var command = FutureRecord.command(1)
        command.command?.environment = ["LC_ALL": "C", "camelCase": "x"]
        let value = "{\"camelCase\":{\"snake_case\":1}}"
        bench.service.add(command, .function(2).ended(.succeeded(Payload(json: value))))
        #expect(await bench.run("show", "--json", "1", "2") == 0)
        let json = try bench.json()
        #expect(json[0]?["environment"]?["LC_ALL"] == .string("C"))
        #expect(json[0]?["environment"]?["camelCase"] == .string("x"))
        #expect(json[1]?["value"]?["camelCase"]?["snake_case"] == .integer(1))
        let records = try WireJSON.decode([FutureRecord].self, from: bench.stdout.data)
        #expect(records[0].command == command.command)
    }
}
