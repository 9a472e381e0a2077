import Foundation
import FutureModel
import GRDB
import TestSupport
import Testing

@testable import FutureJournal

/// A reader that keeps its transaction open, so that the log cannot be used again.
@Suite(.timeLimit(.minutes(10)))
struct LongReaderTests {
    private static let log: LogLimits = {
        var log = LogLimits()
        (log.checkpoint, log.long, log.full) = (40, 280, 400)
        log.patience = .milliseconds(1)
        return log
    }()

    private static let text = "[\"\(String(repeating: "x", count: 40_000))\"]"

    /// What `body` sees is a journal that somebody has read from and goes on reading.
    private func withLongReader(
        _ body: (JournalUnderTest, NoticeLog, _ path: String, _ end: () throws -> Void)
            async throws -> Void
    ) async throws {
        let place = try TemporaryJournal(isInMemory: true)
        let journal = try await place.open(log: Self.log)
        let notices = NoticeLog(journal)
        let subject = JournalUnderTest(journal: journal, time: ManualTime())
        _ = try await subject.submit()
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: place.location.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN; SELECT count(*) FROM futures")
        }
        try await body(subject, notices, place.location.path) { try reader.close() }
        await journal.close()
        withExtendedLifetime(place) {}
    }

    @Test func theOwnerIsWarnedWhoItIs() async throws {
        try await withLongReader { subject, notices, _, end in
            while subject.journal.counters.warning == nil {
                _ = try await subject.submit("add", Self.text)
            }
            let warning = try #require(notices.notices.compactMap(\.warning).first)
            #expect(warning == subject.journal.counters.warning)
            #expect(warning.contains("this process (pid \(getpid()))"), "\(warning)")
            #expect(warning.contains("grown to 1 MiB"), "\(warning)")

            try end()
            while subject.journal.counters.warning != nil {
                _ = try await subject.submit("add", Self.text)
            }
            #expect(notices.notices.compactMap(\.warning).count == 1)
        }
    }

    @Test func theLogStaysBounded() async throws {
        try await withLongReader { subject, _, path, end in
            let claimed = try await subject.claimOne()
            var refusal: QueueError?
            while refusal == nil {
                do {
                    _ = try await subject.submit("add", Self.text)
                } catch let error as QueueError {
                    refusal = error
                }
            }
            #expect(refusal?.code == .diskFull)
            #expect(refusal?.message.contains("submit again") == true)
            let size = JournalHeader.fileSize(path + "-wal")
            for _ in 0..<50 {
                await subject.fails(.diskFull) { _ = try await subject.submit("add", Self.text) }
            }
            #expect(JournalHeader.fileSize(path + "-wal") == size)
            // What is in the journal goes on.
            try await subject.settle(claimed.id)
            let largest = JournalHeader.fileSize(path + "-wal")

            try end()
            var isRefused = true
            while isRefused {
                do {
                    _ = try await subject.submit("add", Self.text)
                    isRefused = false
                } catch {}
            }
            for _ in 0..<40 { _ = try await subject.submit("add", Self.text) }
            #expect(JournalHeader.fileSize(path + "-wal") == largest, "it is used again")
        }
    }

    @Test(
        arguments: [
            ("7: POSIX  ADVISORY  READ 812 fe:00:262145 124 124", 812),
            ("7: POSIX  ADVISORY  READ 812 fe:00:262145 128 128", nil),
            ("7: POSIX  ADVISORY  WRITE 812 fe:00:262145 124 124", nil),
            ("7: POSIX  ADVISORY  READ 812 fe:00:262146 124 124", nil),
            ("7: OFDLCK ADVISORY  READ -1 fe:00:262145 124 124", nil),
            ("7: -> POSIX  ADVISORY  READ 812 fe:00:262145 124 124", nil),
            ("", nil),
        ] as [(String, Int32?)])
    func aLineOfTheKernelsTable(_ line: String, _ pid: Int32?) {
        #expect(LogReaders.holder(line[...], inode: 262_145) == pid)
    }
}
