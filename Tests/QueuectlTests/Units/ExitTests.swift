import FutureModel
import Testing

@testable import queuectl

@Suite struct ExitTests {
    @Test func everyErrorHasItsExitCode() {
        let codes = Dictionary(
            uniqueKeysWithValues: QueueError.Code.allCases.map { ($0, $0.exitCode) })
        #expect(
            codes == [
                .noSuchFuture: 127, .badInput: 65, .payloadTooLarge: 65, .duplicateKey: 65,
                .waitCycle: 65, .typeMismatch: 65, .shutDown: 69, .brokenPool: 69, .owned: 69,
                .noOwner: 69, .ownerLost: 69, .badJournal: 70, .journalVersion: 70,
                .diskFull: 74, .ioError: 74, .noAccess: 74, .timedOut: 124,
                .attemptSuperseded: 1,
            ])
    }

    @Test func anOutcomesExitCodeIsTheCommands() {
        #expect(RecordedOutcome.succeeded(.null).exitCode == 0)
        #expect(RecordedOutcome.failed(.exit(.code(3))).exitCode == 3)
        #expect(RecordedOutcome.failed(.exit(.signal(9))).exitCode == 137)
        #expect(RecordedOutcome.failed(TaskFailure(type: "E", message: "")).exitCode == 1)
        #expect(RecordedOutcome.cancelled(reason: "").exitCode == 125)
    }
}
