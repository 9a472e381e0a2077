import FutureEngine
import FutureJournal
import FutureModel
import FuturePools
import TestSupport
import Testing

/// What an engine does when its journal's disk fails it.
@Suite(.timeLimit(.minutes(10)))
struct FailingDiskTests {
    @Test func anEndThatAFullDiskRefusedIsRecordedOnceThereIsRoom() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let disk = try FailingDisk(place.directory)
        let (reports, feed) = AsyncStream<QueueError>.makeStream()
        try await withEngine(place: place, report: { feed.yield($0) }) { fixture in
            let ids = try await fixture.submit(2)
            let first = await fixture.pool.nextStart()
            disk.fail(.write, number: 1, .full, forever: true)
            fixture.pool.end(first.id.future)
            // The end, and the claim of the next one, are refused.
            var refused = 0
            for await error in reports {
                #expect(error.code == .diskFull)
                refused += 1
                if fixture.time.timerCount == 2 { break }
            }
            #expect(refused >= 1)
            await #expect(throws: QueueError.self) { try await fixture.submit() }
            #expect(try await fixture.state(ids[0]) == .running)

            disk.mend()
            fixture.time.advance(by: .seconds(1))
            #expect(try await fixture.end(of: ids[0])?.state == .succeeded)
            #expect(await fixture.pool.nextStart().id.future == ids[1])
        }
    }

    /// Whoever runs it is to exit, also when nothing was running that could have told.
    @Test func aFailedSyncStopsIt() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let disk = try FailingDisk(place.directory)
        try await withEngine(place: place) { fixture in
            disk.fail(.sync, number: 1, .broken, forever: false)
            await JournalUnderTest.fails(.ioError) { _ = try await fixture.submit() }
            #expect(await fixture.engine.waitUntilStopped()?.code == .ioError)
            await JournalUnderTest.fails(.ioError) { _ = try await fixture.submit() }
        }
    }

    @Test func aShutdownThatCannotCancelWhatWaitsGoesOn() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let disk = try FailingDisk(place.directory)
        try await withEngine(.command, place: place) { fixture in
            let ids = try await fixture.engine.submit(
                Array(repeating: Submission(Command(["x"])), count: 2))
            _ = await fixture.pool.nextStart()
            disk.fail(.write, number: 1, .full, forever: true)
            await JournalUnderTest.fails(.diskFull) {
                try await fixture.engine.shutdown(
                    ShutdownRequest(pending: .cancel, running: .cancel))
            }
            #expect(fixture.pool.stops == [.ask])
            disk.mend()
            fixture.pool.end(ids[0], .exited(.signal(15), signalled: true))
            #expect(await fixture.engine.waitUntilStopped() == nil)
        }
    }

    @Test func aFailedCheckpointStopsIt() async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let disk = try FailingDisk(place.directory)
        try await withEngine(place: place) { fixture in
            _ = try await fixture.submit()
            // The log's sync at the commit, then the one that begins a checkpoint.
            disk.fail(.sync, number: 2, .broken, forever: false)
            let text = "[\"\(String(repeating: "x", count: 9 << 20))\"]"
            let submission = Submission(task: "work", arguments: Payload(json: text))
            let ids = try await fixture.engine.submit([submission])
            #expect(ids.count == 1)
            #expect(await fixture.engine.waitUntilStopped()?.code == .ioError)
        }
    }
}
