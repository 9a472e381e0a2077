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

    @Test func programHasItsOwnLimitOfDescriptors() throws {
        let request = ChildProcess.Request(
            path: "/bin/sh", arguments: ["sh", "-c", "exit $(ulimit -Sn)"],
            environment: EnvironmentBlock(changes: [:]), input: Descriptors.null,
            output: Descriptors.null, error: Descriptors.null, descriptorLimit: 99)
        #expect(try ChildProcess.start(request, ledger: ledger()).reap() == .code(99))
    }

    @Test func limitOfDescriptorsIsNeverLowered() {
        let before = sysconf(Int32(_SC_OPEN_MAX))
        DescriptorLimit.raise(to: 64)
        #expect(sysconf(Int32(_SC_OPEN_MAX)) == before)
        #expect(DescriptorLimit.ofCommands == 0)
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
