import CProcess
import Foundation
package import FutureModel
import Synchronization

/// The children that an owner has started and not yet reaped, in a file for the owner after it.
///
/// One slot of fixed size for each. A child writes its own before it becomes its program, so there
/// is no moment at which it runs unrecorded; the owner clears it when it has reaped the child. The
/// file survives the owner's death without a flush, and a loss of power takes the children too.
package final class ChildrenLedger: Sendable {
    private struct Slots {
        var free: [Int] = []
        var count = 0
    }

    let descriptor: Int32
    private let slots = Mutex(Slots())

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Begins an empty ledger at `path`, for an owner that has already called
    /// ``Leftovers/kill(ledgerPath:journalIdentity:)``. Fails with `noAccess`, `diskFull` or
    /// `ioError`.
    package static func open(path: String) throws(QueueError) -> ChildrenLedger {
        let file = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file < 0 { throw failure("opened", path, errno) }
        let ledger = ChildrenLedger(descriptor: file)
        // Whatever the umask.
        fchmod(file, 0o600)
        try LedgerFile.reset(file, path: path)
        return ledger
    }

    func offset(of slot: Int) -> off_t {
        off_t(LedgerFile.headerByteCount + slot * LedgerFile.slotByteCount)
    }

    /// A slot for one child, with its place on the disk made sure of.
    func acquireSlot() throws(StartFailure) -> Int {
        let (slot, isNew) = slots.withLock { slots in
            if let slot = slots.free.popLast() { return (slot, false) }
            slots.count += 1
            return (slots.count - 1, true)
        }
        if isNew, !clear(slot) {
            let error = errno
            slots.withLock { $0.free.append(slot) }
            throw StartFailure(step: CP_STEP_LEDGER, error: error)
        }
        return slot
    }

    func releaseSlot(_ slot: Int) {
        // Overwriting what is allocated does not fail for want of space; if it fails all the same,
        // the record names a process that is gone and no other.
        _ = clear(slot)
        slots.withLock { $0.free.append(slot) }
    }

    private func clear(_ slot: Int) -> Bool {
        var empty = cp_identity()
        let size = MemoryLayout<cp_identity>.size
        let written = pwrite(descriptor, &empty, size, offset(of: slot))
        if written >= 0, written < size { errno = ENOSPC }
        return written == size
    }

    static func failure(_ verb: String, _ path: String, _ error: Int32) -> QueueError {
        let code: QueueError.Code =
            switch error {
            case EACCES, EPERM, ENOENT, ENOTDIR, EROFS, ELOOP, EISDIR: .noAccess
            case ENOSPC, EDQUOT: .diskFull
            default: .ioError
            }
        return QueueError(
            code, "The ledger of children '\(path)' could not be \(verb): \(errorText(error)).")
    }
}
