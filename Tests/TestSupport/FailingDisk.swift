import CFailingDisk
import FutureModel

/// The disk of all databases in one directory, as SQLite sees it.
package final class FailingDisk: Sendable {
    package struct Calls: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let read = Calls(rawValue: Int32(FAILING_DISK_READ))
        package static let write = Calls(rawValue: Int32(FAILING_DISK_WRITE))
        package static let sync = Calls(rawValue: Int32(FAILING_DISK_SYNC))
        package static let truncate = Calls(rawValue: Int32(FAILING_DISK_TRUNCATE))
        package static let index = Calls(rawValue: Int32(FAILING_DISK_INDEX))
    }

    package enum Reason: Sendable { case broken, full }

    /// Unchecked: it is locked on the other side.
    private nonisolated(unsafe) let disk: OpaquePointer

    package init(_ directory: String) throws {
        guard let disk = failing_disk_open(directory) else {
            throw QueueError(.badInput, "There are too many failing disks.")
        }
        self.disk = disk
    }

    deinit { failing_disk_close(disk) }

    /// The call `number` of these from now on fails, and all after it where `forever` is set.
    package func fail(_ calls: Calls, number: Int, _ reason: Reason, forever: Bool) {
        let raw = reason == .full ? FAILING_DISK_FULL : FAILING_DISK_BROKEN
        failing_disk_fail(disk, calls.rawValue, Int32(number), Int32(raw), forever ? 1 : 0)
    }

    /// It works again.
    package func mend() { fail([], number: 0, .broken, forever: false) }

    package func count(_ calls: Calls) -> Int { Int(failing_disk_count(disk, calls.rawValue)) }
    package var hasFailed: Bool { failing_disk_has_failed(disk) != 0 }
    package var retriedSyncs: Int { Int(failing_disk_retried_syncs(disk)) }
}
