import Foundation
import FutureEngine
import FutureJournal
import FutureModel
import Logging
import TestSupport
import Testing
import UnixSignals

@testable import FutureDaemon

@Suite(.timeLimit(.minutes(10))) struct DaemonTests {
    /// The daemon ends with the error of whichever service fails, and frees the journal.
    @Test func aSocketThatCannotBeMadeEndsIt() async throws {
        let place = try TemporaryJournal()
        let engine = try await Engine.open(
            place.location, EngineConfiguration(program: "test", commandCount: 1))
        let socket = place.location.socketPath
        try Data("mine".utf8).write(to: URL(fileURLWithPath: socket))
        let error = await #expect(throws: QueueError.self) {
            try await Daemon.serve(
                engine, at: socket, until: await UnixSignalsSequence(trapping: []),
                ShutdownRequest(), Logger(label: "test"))
        }
        #expect(error?.code == .noAccess)
        #expect(error?.message.contains("\(socket) is in the way") == true)
        #expect(try OwnerLock.currentOwner(of: place.location) == nil)
    }
}
