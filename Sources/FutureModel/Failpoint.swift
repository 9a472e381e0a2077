import Foundation
import Synchronization

/// A place at which a test can kill the process: `QUEUECTL_FAILPOINT=NAME:COUNT` in the
/// environment of a debug build ends it with SIGKILL when it comes there for the COUNT-th time.
/// In a release build there is nothing of it.
package enum Failpoint: String, CaseIterable, Sendable {
    case beforeBegin, afterBegin, betweenOperations, beforeCommit, afterCommit, afterReply
    case beforeCheckpoint
    case beforeSpawn, afterSpawn, afterExit, afterReap
    case attemptBegins, attemptEnds
    case beforeLeftovers, afterLeftovers, beforeRecovery, afterRecovery
    case journalIsDrafted, journalIsNamed

    #if DEBUG
        package func hit() {
            guard Self.armed?.point == self else { return }
            let isLast = Self.hits.withLock { hits in
                hits += 1
                return hits == Self.armed?.count
            }
            if isLast { kill(getpid(), SIGKILL) }
        }

        private static let hits = Mutex(0)

        private static let armed: (point: Failpoint, count: Int)? = {
            let text = ProcessInfo.processInfo.environment["QUEUECTL_FAILPOINT"] ?? ""
            let parts = text.split(separator: ":")
            guard parts.count == 2, let point = Failpoint(rawValue: String(parts[0])),
                let count = Int(parts[1])
            else { return nil }
            return (point, count)
        }()
    #else
        @inlinable @inline(__always)
        package func hit() {}
    #endif
}
