import ConformanceTasks
import DurableFutures
import Foundation
import FutureJournal
import FutureModel
import TestSupport
import Testing

/// What outlives the program that asked for it.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DurabilityTests {
    /// Starts the conformance tests' other program with `words`.
    private func caller(_ words: [String], in place: TemporaryJournal) throws -> Program {
        try Program(
            "conformance-worker", words, environment: ["SWIFT_BACKTRACE": "enable=no"],
            directory: URL(fileURLWithPath: place.directory))
    }

    @Test(
        "what submit returned is on disk, though its owner is killed at once", .statement(118))
    func killedOwner() async throws {
        let place = try TemporaryJournal()
        var ids: [FutureID] = []
        // No more often than what runs as its owner dies may be tried again.
        for _ in 0..<3 {
            let answer = try await caller(
                ["submit-and-die", place.location.path, "owner"], in: place
            ).answer()
            try #require(answer.code == 128 + SIGKILL, "\(answer)")
            ids.append(try #require(FutureID(answer.line)))
        }
        try await expectKept(ids, in: place)
    }

    @Test(
        "what submit returned is on disk, though caller and daemon are killed at once",
        .statement(118))
    func killedCaller() async throws {
        let place = try TemporaryJournal()
        let site = try DaemonSite(place)
        var ids: [FutureID] = []
        for _ in 0..<3 {
            try await site.start(["--threads", "0", "--processes", "0"])
            let answer = try await caller(
                ["submit-and-die", place.location.path, "client"], in: place
            ).answer()
            await site.kill()
            try #require(answer.code == 128 + SIGKILL, "\(answer)")
            ids.append(try #require(FutureID(answer.line)))
        }
        try await expectKept(ids, in: place)
    }

    private func expectKept(_ ids: [FutureID], in place: TemporaryJournal) async throws {
        #expect(Set(ids).count == ids.count)
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
        ) { executor in
            for id in ids {
                let value = try await executor.future(id: id, of: echo).result()
                #expect(value == "kept")
            }
        }
    }

    @Test(
        "a program that lets go of its executor and exits leaves the rest to the next owner",
        .statement(111, 112))
    func abandoned() async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let answer = try await caller(["abandon", place.location.path, gate.key], in: place)
            .answer()
        try #require(answer.code == 0, "\(answer)")
        let ids = answer.lines.compactMap { FutureID($0) }
        try #require(ids.count == 4)
        gate.open()
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
        ) { executor in
            let text = try await executor.future(id: ids[0], of: hold).result()
            #expect(text == gate.key)
            for (number, id) in zip(1..., ids.dropFirst()) {
                let value = try await executor.future(id: id, of: double).result()
                #expect(value == 2 * number)
            }
        }
    }

    @Test(
        "a map with a key goes on where its killed caller was", .statement(118, 119, 122),
        arguments: ["owner", "client"], [7, 1000])
    func mapAfterACrash(_ role: String, _ bufferSize: Int) async throws {
        let place = try TemporaryJournal()
        let gate = Gate(in: place.directory)
        let site = try DaemonSite(place)
        if role == "client" { try await site.start() }
        let (count, halt) = (300, 20)
        let words = [
            "map", place.location.path, role, "\(count)", "\(halt)", "\(bufferSize)", gate.key,
        ]
        let first = try caller(words, in: place)
        try #require(await first.hasPrinted("\(10 * (halt - 1))"), "\(first.stderr)")
        await gate.arrival()
        first.signal(SIGKILL)
        let killed = await first.answer()
        #expect(killed.code == 128 + SIGKILL)
        gate.open()
        let second = try await caller(words, in: place).answer()
        try #require(second.code == 0, "\(second)")
        #expect(second.lines == (0..<count).map { "\(10 * $0)" } + ["end"])
        #expect(Array(second.lines.prefix(halt)) == killed.lines, "the same results")
        await site.kill()
        try await withThreadPoolExecutor(
            journal: place.location.path, maxWorkers: 1, tasks: conformanceTasks
        ) { executor in
            let stats = try await executor.core.service.stats().total
            #expect(stats.succeeded == count, "nothing is submitted twice")
            #expect(stats.pending + stats.running + stats.cancelled + stats.failed == 0)
        }
    }
}
