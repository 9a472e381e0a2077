import Foundation
import FutureModel
import Synchronization
import Testing

@testable import queuectl

@Suite struct SubmitTests {
    @Test func aCommandIsSubmittedAsItStands() async throws {
        let bench = Bench()
        #expect(await bench.run("submit", "--", "ls", "--help", "--", "a b", "") == 0)
        #expect(bench.stdout.text == "1\n")
        #expect(bench.stderr.text == "")
        #expect(
            try bench.submittedCommands() == [
                Command(
                    ["ls", "--help", "--", "a b", ""], directory: "/tmp",
                    environment: ["PATH": "/bin"])
            ])
    }

    @Test(arguments: [1, 2, 3, 4, 10_000])
    func everyWordAfterTheDashesArrivesInItsPlace(_ count: Int) async throws {
        let odd = ["--key", "--", "", "--help", "-5", "é"]
        let words = (0..<count).map { $0 < odd.count ? odd[$0] : "\($0)" }
        let bench = Bench()
        #expect(await bench.run(["submit", "--priority", "3", "--"] + words) == 0)
        #expect(try bench.submittedCommands().map(\.argv) == [words])
        #expect(bench.submissions.map(\.options.priority) == [3])
        #expect(bench.stderr.text == "")
        let followed = Bench()
        followed.service.state.withLock { $0.status.phase = .noOwner }
        #expect(await followed.run(["run", "--priority", "7", "--"] + words) == 42)
        let before = Bench()
        #expect(await before.run(["submit", "a", "b", "--"] + words) == 0)
        #expect(try before.submittedCommands().map(\.argv) == [["a", "b"] + words])
        let script = Bench()
        #expect(await script.run(["submit", "--shell", "--"] + words) == (count == 1 ? 0 : 64))
    }

    @Test func optionsTravelWithIt() async throws {
        let bench = Bench()
        let words = """
            submit --queue mail --priority -5 --timeout 2m --grace 1 --on-crash fail \
            --max-crashes 0 --on-shutdown requeue --max-attempts 4 --backoff 500ms --delay 1h \
            --key k --output-limit 10 -- true
            """
        #expect(await bench.run(words.components(separatedBy: " ")) == 0)
        let expected = SubmitOptions(
            queue: "mail", priority: -5, onCrash: .fail, maxCrashes: 0, onShutdown: .requeue,
            retry: RetryPolicy(maxAttempts: 4, backoff: .milliseconds(500)),
            timeLimit: .seconds(120), grace: .seconds(1), runAt: TestTime.noon + .seconds(3600),
            key: "k", outputLimit: 10)
        #expect(bench.submissions.map(\.options) == [expected])
    }

    @Test func withoutOptionsTheyAreTheDefaults() async {
        let bench = Bench()
        _ = await bench.run("submit", "--", "true")
        #expect(bench.submissions.map(\.options) == [SubmitOptions()])
    }

    @Test func aShellScriptIsOneWord() async throws {
        let bench = Bench()
        #expect(await bench.run("submit", "--shell", "a | b && c") == 0)
        #expect(try bench.submittedCommands().map(\.argv) == [["/bin/sh", "-c", "a | b && c"]])
    }

    @Test func onlyNamedVariablesTravel() async throws {
        var bench = Bench()
        bench.environment = SubmitterEnvironment(
            variables: [
                "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC", "SECRET": "s", "COPY": "c",
            ])
        #expect(
            await bench.run("submit", "--env", "COPY", "--env", "A=b=c", "--env", "TZ=", "--", "x")
                == 0)
        #expect(
            try bench.submittedCommands().map(\.environment) == [
                [
                    "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "TZ": "", "COPY": "c", "A": "b=c",
                ]
            ])
    }

    @Test(arguments: [
        ("GONE", "The environment variable 'GONE' is not set."),
        ("ODD", "The environment variable 'ODD' is not valid UTF-8."),
    ])
    func aVariableThatCannotBeCopiedIsRefused(_ name: String, _ message: String) async {
        var bench = Bench()
        bench.environment = SubmitterEnvironment(variables: [:], undecodable: ["ODD"])
        #expect(await bench.run("submit", "--env", name, "--", "x") == 65)
        #expect(bench.stderr.text == "queuectl: \(message)\n")
        #expect(bench.submissions.isEmpty)
    }

    @Test func theDirectoryIsMadeAbsolute() async throws {
        let bench = Bench()
        let name = UUID().uuidString
        let path = "/tmp/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(await bench.run("submit", "--cwd", name + "/../" + name, "--", "x") == 0)
        #expect(try bench.submittedCommands().map(\.directory) == [path])
    }

    @Test(arguments: ["/nowhere/at/all", "/etc/passwd"])
    func aDirectoryThatIsNoneIsRefused(path: String) async {
        let bench = Bench()
        #expect(await bench.run("submit", "--cwd", path, "--", "x") == 65)
        #expect(bench.stderr.text == "queuectl: There is no directory '\(path)' to run in.\n")
    }

    @Test func aFunctionsArgumentsAreKeptAsWritten() async {
        let bench = Bench()
        bench.service.state.withLock { $0.status.tasks = ["f"] }
        let words = [
            "submit", "--task", "f", "--", "-5", "1.0", "1e400", "\"a b\"", "[1, {\"k\": null}]",
        ]
        #expect(await bench.run(words) == 0)
        #expect(bench.stderr.text == "")
        #expect(
            bench.submissions == [
                Submission(
                    task: "f", arguments: Payload(json: "[-5,1.0,1e400,\"a b\",[1,{\"k\":null}]]"))
            ])
    }

    @Test(arguments: ["abc", "", "1 2", "1,2", "{", "[1", "'a'", "01"])
    func argumentsThatAreNoJSONAreRefused(word: String) async {
        let bench = Bench()
        #expect(await bench.run("submit", "--task", "f", "1", word) == 65)
        #expect(bench.stderr.text.contains("is not JSON"))
        #expect(bench.submissions.isEmpty)
    }

    @Test(arguments: [
        ["--priority", "1001"], ["--queue", "a b"], ["--max-attempts", "0"], ["--key", ""],
        ["--output-limit", "67108865"], ["--timeout", "0"], ["--backoff", "32d"],
    ])
    func whatIsOutOfBoundsIsRefused(options: [String]) async {
        let bench = Bench()
        #expect(await bench.run(["submit"] + options + ["--", "x"]) == 65)
        #expect(bench.submissions.isEmpty)
    }

    @Test func withNoDaemonItSaysThatTheFutureWaits() async {
        let bench = Bench()
        bench.service.state.withLock { $0.status.phase = .noOwner }
        bench.service.add(.command(6))
        #expect(await bench.run("submit", "--", "x") == 0)
        #expect(bench.stdout.text == "7\n")
        #expect(
            bench.stderr.text
                == "no daemon is running: future 7 stays pending until `queued` starts\n")
    }

    @Test(arguments: [["submit", "--", "x"], ["retry", "6"]])
    func whatIsSubmittedIsSoWhateverTheDaemonSaysThen(words: [String]) async {
        let bench = Bench()
        bench.service.state.withLock {
            $0.statusFailure = QueueError(.ownerLost, "It went away.")
        }
        bench.service.add(.command(6).exited(1))
        #expect(await bench.run(words) == 0)
        #expect(bench.stdout.text == "7\n")
        #expect(
            bench.stderr.text
                == "queuectl: submitted; whether a daemon runs is unknown: It went away.\n")
    }

    @Test(arguments: [("queuectl", true), ("app", false)])
    func anotherCallThatWritesIsNoDaemon(_ program: String, _ isTold: Bool) async {
        let bench = Bench()
        bench.service.state.withLock { state in
            state.status.phase = .unserved
            state.status.owner = OwnerIdentity(process: .current, program: program, version: "1")
        }
        #expect(await bench.run("submit", "--", "x") == 0)
        #expect(bench.stderr.text.hasPrefix("no daemon is running") == isTold)
    }

    @Test func aFunctionThatNoWorkerKnowsIsToldOf() async {
        let bench = Bench()
        #expect(await bench.run("submit", "--task", "f") == 0)
        #expect(bench.stdout.text == "1\n")
        #expect(
            bench.stderr.text == "no worker knows the task 'f': future 1 stays pending\n")
    }

    @Test func anErrorOfTheQueueHasItsExitCode() async {
        let bench = Bench()
        bench.service.state.withLock { $0.failure = QueueError(.diskFull, "The disk is full.") }
        #expect(await bench.run("submit", "--", "x") == 74)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text == "queuectl: The disk is full.\n")
    }
}
