import Foundation
import Testing

@testable import queuectl

@Suite(.timeLimit(.minutes(10))) struct ProcessSignalsTests {
    @Test func aSignalIsAnElementAndNotTheEnd() async {
        let signals = await ProcessSignals.stream([SIGUSR2])
        kill(getpid(), SIGUSR2)
        for await number in signals {
            #expect(number == SIGUSR2)
            return
        }
        Issue.record("the signal did not come")
    }
}
