import ArgumentParser
import FutureModel
import Testing

@testable import queuectl

@Suite struct UsageTests {
    @Test(arguments: [
        ["bogus"], ["wait"], ["wait", "x"], ["wait", "0"], ["wait", "-1"],
        ["wait", "1", "--bogus"],
        ["wait", "--timeout", "soon", "1"], ["wait", "--return-when", "never", "1"],
        ["result"], ["result", "1", "2"], ["result", "--timeout", "-1", "1"],
        ["submit"], ["submit", "--"], ["submit", "--task", ""],
        ["submit", "--task", "f", "--shell"], ["submit", "--task", "f", "--from", "-"],
        ["submit", "--from", "-", "--", "ls"], ["submit", "--shell", "a", "b"],
        ["submit", "--timeout", "1w", "--", "ls"], ["submit", "--on-crash", "pray", "--", "ls"],
        ["submit", "--run-at", "noon", "--", "ls"], ["submit", "--env", "=x", "--", "ls"],
        ["submit", "--run-at", "2026-05-01T12:00:00Z", "--delay", "1", "--", "ls"],
        ["submit", "--priority", "high", "--", "ls"], ["submit", "--journal", "", "--", "ls"],
        ["run"], ["run", "--"], ["run", "--shell", "a", "b"],
        ["cancel"], ["cancel", "--grace", "x", "1"], ["retry"], ["show"], ["history"],
        ["log"], ["log", "-f", "--json", "1"], ["list", "--state", "done"],
        ["list", "--limit", "0"], ["list", "--limit", "10001"], ["list", "1"],
        ["shutdown", "--pending", "drop"], ["shutdown", "--json"],
    ])
    func mistakesInUsageAreToldAndReachNoQueue(words: [String]) async {
        let bench = Bench()
        bench.service.add(.command(1, ["true"], .succeeded))
        #expect(await bench.run(words) == 64)
        #expect(bench.stdout.text == "")
        #expect(bench.stderr.text.hasPrefix("Error: "))
        #expect(bench.submissions.isEmpty)
    }

    /// A number below zero is the value of its option, and not another option.
    @Test(arguments: [
        (["wait", "--timeout", "-1", "1"], "'-1' is not a duration"),
        (["submit", "--timeout", "-1s", "--", "ls"], "'-1s' is not a duration"),
        (["cancel", "--grace", "-2", "1"], "'-2' is not a duration"),
        (["list", "--limit", "-1"], "--limit is between 1 and"),
        (["list", "--before", "-1"], "The value '-1' is invalid for '--before <id>'"),
    ])
    func aNegativeNumberIsSaidToBeOutOfBounds(words: [String], sentence: String) async {
        let bench = Bench()
        #expect(await bench.run(words) == 64)
        #expect(bench.stderr.text.contains(sentence), "\(bench.stderr.text)")
    }

    @Test func aNegativeBoundOfAPolicyIsRefused() async {
        let bench = Bench()
        #expect(await bench.run("submit", "--max-crashes", "-1", "--", "ls") == 65)
        #expect(bench.stderr.text.contains("maxCrashes is between 0 and 1000."))
        #expect(bench.submissions.isEmpty)
    }

    @Test func nothingAfterTheDashesHasItsOwnSentence() async {
        let bench = Bench()
        _ = await bench.run("submit", "--")
        #expect(
            bench.stderr.text.hasPrefix(
                "Error: There is nothing to run: put a command after '--', or name a function "
                    + "with --task."))
    }

    @Test func versionAndBareHelpAreData() async {
        let bench = Bench()
        #expect(await bench.run("--version") == 0)
        #expect(bench.stdout.text == packageVersion + "\n")
        #expect(await bench.run() == 0)
        #expect(bench.stdout.text.contains("SUBCOMMANDS:"))
    }

    @Test(arguments: [
        ["--journal", "/a.db", "list"], ["list", "--journal", "/a.db"],
        ["--journal", "/b.db", "list", "--journal", "/a.db"],
    ])
    func theJournalMayBeNamedBeforeTheVerbOrAfterIt(words: [String]) async throws {
        let verb = try #require(try Queuectl.parseAsRoot(words) as? List)
        #expect(verb.journal.path == "/a.db")
    }

    @Test(arguments: [
        [], ["bogus"], ["--journal", "/a.db", "list"], ["submit"], ["submit", "--help"],
        ["submit", "--version"], ["submit", "--bogus", "--", "x"],
        ["submit", "--generate-completion-script", "bash", "--", "x"],
    ])
    func whatIsMoreThanAVerbIsReadAsAWhole(words: [String]) {
        #expect(Queuectl.verb(words) == nil)
    }

    @Test func aVerbByItselfIsReadAsInTheWholeProgram() throws {
        let words = ["submit", "--journal", "/a.db", "--priority", "-5", "--", "x", "--help"]
        let alone = try #require(Queuectl.verb(words) as? Submit)
        let whole = try #require(try Queuectl.parseAsRoot(words) as? Submit)
        for verb in [alone, whole] {
            #expect(verb.journal.path == "/a.db")
            #expect(verb.policy.priority == -5)
            #expect(verb.words == ["x", "--help"])
        }
    }

    @Test func aVerbsVersionAndScriptsAreTheProgramsOwn() async {
        let bench = Bench()
        #expect(await bench.run("submit", "--version") == 0)
        #expect(bench.stdout.text == packageVersion + "\n")
        #expect(await bench.run("submit", "--generate-completion-script", "bash") == 0)
        #expect(bench.stdout.text.contains("complete -o filenames"), "\(bench.stdout.text)")
    }
}
