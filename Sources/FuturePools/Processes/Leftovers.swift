import CProcess
import Foundation
package import FutureModel

/// What a dead owner has left running.
package enum Leftovers {
    /// Kills all that an earlier owner of the journal has started and that still runs, and waits
    /// until it is gone; how many processes that were. Then the ledger is empty.
    ///
    /// They are known by the ledger (boot, pid and start time), by their group and session, by
    /// descent, and by the journal's mark in their environment. Fails with `noAccess`, `ioError`,
    /// or `badJournal` if the file is no ledger.
    package static func kill(
        ledgerPath: String, journalIdentity: String
    ) throws(QueueError) -> Int {
        let recorded = try LedgerFile.read(path: ledgerPath)
        let count = killAll(recorded ?? [], journalIdentity)
        if recorded != nil {
            let file = open(ledgerPath, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            if file < 0 { throw ChildrenLedger.failure("opened", ledgerPath, errno) }
            defer { close(file) }
            try LedgerFile.reset(file, path: ledgerPath)
        }
        return count
    }

    /// As ``kill(ledgerPath:journalIdentity:)``, of what is known without a ledger, for where it
    /// cannot be read.
    package static func killMarked(journalIdentity: String) -> Int { killAll([], journalIdentity) }

    private static func killAll(_ recorded: [cp_identity], _ journalIdentity: String) -> Int {
        let mark = Array("\(Mark.variable)=\(Mark.journal(journalIdentity))".utf8)
        var family = ProcessFamily(recorded: recorded, mark: mark, notBefore: 0)
        return ProcessSweep.killAll { family.members($0) }
    }
}
