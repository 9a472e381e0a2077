import Foundation

/// A mistake made on purpose, to show that the tests find it: `QUEUECTL_SEEDED=NAME` in the
/// environment of a debug build. A release build makes none.
package enum SeededBug: String, CaseIterable, Sendable {
    /// The journal is not synced at each commit.
    case noSync
    /// What was asked for is acknowledged before its commit.
    case replyBeforeCommit
    /// A result is taken from an attempt that is no longer the running one.
    case settleWithoutToken
    /// A recovery ends an attempt that is no longer the running one.
    case recoverWithoutToken
    /// Of what a dead owner left running only the first is recovered.
    case recoverOnlyOne
    /// An id is given to two futures.
    case reusedID
    /// What a dead owner started runs on beside the next one's attempts.
    case noLeftovers
    /// Of a command that is killed, what has left its group runs on beside its next attempt.
    case killWithoutTree

    #if DEBUG
        package var isPlanted: Bool { Self.planted == self }

        private static let planted = SeededBug(
            rawValue: ProcessInfo.processInfo.environment["QUEUECTL_SEEDED"] ?? "")
    #else
        @inlinable @inline(__always)
        package var isPlanted: Bool { false }
    #endif
}
