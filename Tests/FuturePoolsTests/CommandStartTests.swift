import Foundation
import FutureModel
import Testing

@testable import FuturePools

struct CommandStartTests {
    private let directory = TemporaryDirectory()

    private func ledger() throws -> ChildrenLedger {
        try ChildrenLedger.open(path: directory.path + "/journal.children")
    }

    @Test func programThatIsOpenForWritingIsTriedAgain() throws {
        let path = try directory.script("#!/bin/sh\nexit 7\n")
        let writer = open(path, O_WRONLY | O_CLOEXEC)
        let start = try CommandStart(
            commandAttempt([path]), CommandJournal(path: "/journal.db", identity: "journal"))
        var pauseCount = 0
        let child = try start.begin((Descriptors.null, Descriptors.null), ledger()) { _ in
            pauseCount += 1
            if pauseCount == 2 { close(writer) }
        }
        #expect(child.reap() == .code(7))
        #expect(pauseCount >= 2)
    }

    @Test func programThatStaysOpenForWritingSaysSo() throws {
        let path = try directory.script("#!/bin/sh\n")
        let writer = open(path, O_WRONLY | O_CLOEXEC)
        defer { close(writer) }
        let start = try CommandStart(
            commandAttempt([path]), CommandJournal(path: "/journal.db", identity: "journal"))
        var microseconds: UInt32 = 0
        let failure = #expect(throws: TaskFailure.self) {
            _ = try start.begin((Descriptors.null, Descriptors.null), ledger()) {
                microseconds += $0
            }
        }
        #expect(failure?.message == "'\(path)': text file busy")
        #expect((50_000...150_000).contains(microseconds))
    }
}
