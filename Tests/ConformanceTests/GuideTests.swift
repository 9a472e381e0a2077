import DurableFutures
import Foundation
import FutureJournal
import TestSupport
import Testing

// The code of the articles in `Documentation.docc`, as it stands there: it compiles and runs.
// guide: tasks
let length = TaskDefinition("length") { (text: String) -> Int in text.count }

let total: TaskDefinition<[String], Int> = TaskDefinition("total") { (texts: [String]) -> Int in
    let executor = try AttemptExecutor.current()
    let futures = try await executor.submit(length, each: texts)
    var sum = 0
    for try await future in asCompleted(futures) { sum += try await future.result() }
    return sum
}
// guide: end

@Suite(.timeLimit(.minutes(10)))
struct GuideTests {
    @Test func theGuideRuns() async throws {
        let place = try TemporaryJournal()
        defer { withExtendedLifetime(place) {} }
        let path = place.location.path
        // guide: scope
        try await withThreadPoolExecutor(
            journal: path, maxWorkers: 5, tasks: [length, total]
        ) { executor in
            let future = try await executor.submit(length, "hello")
            print(try await future.result(timeout: .seconds(60)))

            for try await count in executor.map(length, over: ["a", "bb"]) { print(count) }

            let futures = try await executor.submit(length, each: ["a", "bb", "ccc"])
            let (done, notDone) = try await wait(futures, returnWhen: .firstException)
            print(done.count, notDone.count)

            future.addDoneCallback { print("\($0) is done") }
            print(try await executor.submit(total, ["a", "bb"]).result())
        }
        // guide: end
    }

    @Test func theGuidesCodeIsThatOfTheseTests() throws {
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let article = try String(
            contentsOf: ConformanceArticle.path.deletingLastPathComponent()
                .appending(path: "FromPython.md"), encoding: .utf8)
        for section in source.matches(of: /\/\/ guide: (?:tasks|scope)\n([\s\S]*?)\/\/ guide: end/)
        {
            let lines = section.1.split(separator: "\n").filter {
                !$0.trimmingCharacters(in: .whitespaces).isEmpty
            }
            for line in lines {
                let line = line.trimmingCharacters(in: .whitespaces)
                #expect(article.contains(line), "the article lacks: \(line)")
            }
        }
    }
}
