import CProcess
import Synchronization

/// How many descriptors a process may have open: the soft limit, which it may change by itself.
package enum DescriptorLimit {
    private static let before = Atomic<UInt64>(0)

    /// This process's own before it was raised, which is that of its commands: a program may go
    /// through all the numbers there can be, or fail with large ones. 0 if it has not been raised.
    static var ofCommands: UInt64 { before.load(ordering: .relaxed) }

    /// Raises it where it is lower, as far as the system allows. Where that is not far, fewer
    /// futures run at once, which each of them says.
    package static func raise(to count: UInt64 = 65_536) {
        let old = cp_raise_descriptor_limit(count)
        if old > 0 { before.store(old, ordering: .relaxed) }
    }
}
