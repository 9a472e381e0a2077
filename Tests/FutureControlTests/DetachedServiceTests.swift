import Foundation
import FutureControl
import FutureJournal
import FutureModel
import TestSupport
import Testing

@Suite("Without a daemon", .timeLimit(.minutes(10)))
struct DetachedServiceTests {
    private let place: TemporaryJournal

    init() throws { place = try TemporaryJournal() }

    private func connect(
        patience: Duration = .seconds(60)
    ) async throws -> any FutureService {
        try await QueueConnection.open(place.location, program: "test", patience: patience)
    }

    private static func command() throws -> Submission { try Submission(Command(["true"])) }

    private func owner(socket: String? = nil) -> OwnerIdentity {
        OwnerIdentity(process: .current, program: "an app", version: "1", socket: socket)
    }

    @Test func aMissingJournalIsEmpty() async throws {
        let service = try await connect()
        #expect(try await service.list(ListFilter()) == FutureList())
        #expect(try await service.stats() == QueueStats())
        #expect(try await service.status().phase == .noOwner)
        await #expect { try await service.records([1]) } throws: {
            ($0 as? QueueError)?.code == .noSuchFuture
        }
        await #expect { try await service.completions(of: [1]) } throws: {
            ($0 as? QueueError)?.code == .noSuchFuture
        }
        #expect(!FileManager.default.fileExists(atPath: place.location.path))
    }

    @Test func whatIsSubmittedWaits() async throws {
        let service = try await connect()
        let ids = try await service.submit([Self.command(), Self.command()])
        #expect(ids == [1, 2])
        #expect(try await service.records(ids).map(\.state) == [.pending, .pending])
        #expect(try await connect().list(ListFilter()).futures.map(\.id) == [2, 1])
        #expect(try await service.stats().total.pending == 2)
        #expect(try await service.history(1).map(\.event) == ["submitted"])
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
    }

    @Test func pendingOnesAreCancelledAndRetried() async throws {
        let service = try await connect()
        let ids = try await service.submit([Self.command(), Self.command()])
        #expect(
            try await service.cancel([ids[0]], CancelRequest())
                == [CancelAnswer(id: ids[0], kind: .neverRan, state: .cancelled)])
        #expect(
            try await service.cancel(ids, CancelRequest())
                == [
                    CancelAnswer(id: ids[0], kind: .tooLate, state: .cancelled),
                    CancelAnswer(id: ids[1], kind: .neverRan, state: .cancelled),
                ])
        #expect(try await service.retry([ids[0]]) == [3])
        var seen: [FutureSnapshot] = []
        for try await snapshot in try await service.completions(of: ids) { seen.append(snapshot) }
        #expect(Set(seen.map(\.id)) == Set(ids))
        #expect(seen.allSatisfy { $0.state == .cancelled })
    }

    @Test func whatADeadOwnerRanIsLeftToTheNext() async throws {
        let service = try await connect()
        let ids = try await service.submit([Self.command(), Self.command()])
        let journal = try await place.open(time: SystemTime())
        _ = try await claimOne(journal)
        await journal.close()
        await #expect { try await service.cancel(ids, CancelRequest()) } throws: {
            ($0 as? QueueError)?.code == .noOwner
        }
        let records = try await service.records(ids)
        #expect(records.map(\.state) == [.running, .pending])
        #expect(
            records.map(\.reason)
                == ["its owner has died; the next daemon recovers it", "waiting for a daemon"])
        #expect(
            try await service.cancel(ids, CancelRequest(pendingOnly: true)).map(\.kind)
                == [.running, .neverRan])
    }

    @Test func manyAtOnceTakeTurns() async throws {
        let ids = try await withThrowingTaskGroup(of: [FutureID].self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await connect().submit([Self.command(), Self.command()])
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 24)
    }

    @Test func aWaitSeesWhatAnotherConnectionWrites() async throws {
        let service = try await connect()
        let ids = try await service.submit([Self.command()])
        let completions = try await service.completions(of: ids)
        let journal = try await place.open(time: SystemTime())
        let attempt = try await claimOne(journal)
        let output = CapturedOutput(stdout: CapturedStream(bytes: Data("out".utf8)))
        let chunks = try await service.followOutput(ids[0])
        try await settle(journal, attempt, output)
        await journal.close()
        var seen: [FutureSnapshot] = []
        for try await snapshot in completions { seen.append(snapshot) }
        #expect(seen == [FutureSnapshot(id: 1, state: .succeeded, outcome: .succeeded(.null))])
        var text = ""
        for try await chunk in chunks { text += String(decoding: chunk.bytes, as: UTF8.self) }
        #expect(text == "out")
        #expect(try await service.output(ids[0]) == output)
    }

    @Test func anOwnerWithoutASocketKeepsTheWritesToItself() async throws {
        let service = try await connect(patience: .zero)
        let ids = try await service.submit([Self.command()])
        let lock = try await OwnerLock.acquire(place.location, as: owner(), patience: .zero)
        defer { lock.release() }
        let other = try await connect(patience: .zero)
        #expect(try await other.records(ids).map(\.state) == [.pending])
        #expect(try await other.status().phase == .unserved)
        for service in [service, other] {
            await #expect { try await service.submit([Self.command()]) } throws: { error in
                let error = error as? QueueError
                return error?.code == .owned && error?.message.contains("an app") == true
            }
        }
        await #expect { try await other.shutdown(ShutdownRequest()) } throws: {
            ($0 as? QueueError)?.code == .owned
        }
    }

    @Test func anOwnerThatNeverServesIsNamed() async throws {
        let socket = place.location.socketPath
        let lock = try await OwnerLock.acquire(
            place.location, as: owner(socket: socket), patience: .zero)
        defer { lock.release() }
        await #expect { try await connect(patience: .milliseconds(1)) } throws: { error in
            let error = error as? QueueError
            return error?.code == .noOwner && error?.message.contains("an app") == true
        }
    }

    @Test func aForeignFileIsRefused() async throws {
        try "not a journal at all, not a journal at all, not a journal at all, not a journal"
            .write(toFile: place.location.path, atomically: true, encoding: .utf8)
        let service = try await connect()
        await #expect { try await service.list(ListFilter()) } throws: {
            ($0 as? QueueError)?.code == .badJournal
        }
        await #expect { try await service.submit([Self.command()]) } throws: {
            ($0 as? QueueError)?.code == .badJournal
        }
    }

    private func claimOne(_ journal: SQLiteJournal) async throws -> AttemptID {
        let routes = TaskRoutes(pools: [.command], tasks: [:])
        let claimed = await withCheckedContinuation { continuation in
            journal.claim(.command, limit: { 1 }, routes: routes) {
                continuation.resume(returning: $0)
            }
        }
        return try #require(try claimed.get().first).id
    }

    private func settle(
        _ journal: SQLiteJournal, _ attempt: AttemptID, _ output: CapturedOutput
    ) async throws {
        let result = await withCheckedContinuation { continuation in
            journal.settle(attempt, .succeeded(.null), output: output) {
                continuation.resume(returning: $0)
            }
        }
        try result.get()
    }
}
