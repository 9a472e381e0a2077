import FutureJournal
import FutureModel
import TestSupport
import Testing

/// A scripted journal on a disk of which each single call fails in turn.
@Suite(.timeLimit(.minutes(10)))
struct EveryCallFailsTests {
    /// Runs the script with the first call failing, the second, and so on, to its last.
    private func forEachCall(
        _ calls: FailingDisk.Calls, _ reason: FailingDisk.Reason, forever: Bool,
        _ check: (DiskScript, FailingDisk, _ number: Int) async throws -> Void
    ) async throws {
        var number = 0
        var hasFailed = true
        while hasFailed {
            // Each call fails once; of those that fail for good a part is enough.
            number += forever && number > 20 ? 5 : 1
            let place = try TemporaryJournal(isInMemory: true)
            let disk = try FailingDisk(place.directory)
            var script = DiskScript(place)
            disk.fail(calls, number: number, reason, forever: forever)
            await script.run { disk.mend() }
            if number == 1 { #expect(disk.count(calls) > 0 || !script.errors.isEmpty) }
            hasFailed = disk.hasFailed || script.errors.contains { $0.code == .diskFull }
            try await check(script, disk, number)
            disk.mend()
            try await checkNextOwner(of: script, number)
        }
        #expect(number > 3, "the script makes no such calls")
    }

    /// Nothing is broken, all that was acknowledged is there, and it goes on.
    private func checkNextOwner(of script: DiskScript, _ number: Int) async throws {
        let place = script.place
        let journal = try await place.open()
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        let records = try await journal.list(ListFilter(limit: 1000)).futures
        for (id, states) in script.allowed {
            let state = records.first { $0.id == id }?.state
            #expect(
                state.map(states.contains) ?? false,
                "call \(number): future \(id) is \(String(describing: state)), not \(states)")
        }
        _ = try await subject.submit()
        try await subject.checkCounts()
        let reader = try JournalReader.open(place.location)
        let found = try await reader.verify().violations
        #expect(found == [], "call \(number)")
        reader.close()
        await journal.close()
    }

    @Test(
        arguments: [
            FailingDisk.Calls.sync, .truncate, [.write, .index], .read,
        ], [true, false])
    func afterAFailedCallNothingIsAcknowledged(
        _ calls: FailingDisk.Calls, forever: Bool
    ) async throws {
        try await forEachCall(calls, .broken, forever: forever) { script, disk, number in
            #expect(
                script.errors.allSatisfy { $0.code == .ioError } || !script.hasJournal,
                "call \(number): \(script.errors)")
            #expect(script.acknowledgedAfterStop == 0, "call \(number)")
            #expect(!script.hasJournal || disk.retriedSyncs == 0, "call \(number)")
        }
    }

    @Test(arguments: [true, false])
    func aFullDiskRefusesAndLosesNoEnd(forever: Bool) async throws {
        try await forEachCall([.write, .index], .full, forever: forever) { script, _, number in
            #expect(
                script.errors.allSatisfy { $0.code == .diskFull },
                "call \(number): \(script.errors)")
            #expect(script.lostEnds == 0, "call \(number)")
        }
    }
}
