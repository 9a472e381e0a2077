import CSQLiteSupport
import Foundation
package import FutureModel
import Synchronization

/// The right to write one journal: a lock that the kernel takes back when its holder dies.
package final class OwnerLock: Sendable {
    private struct State {
        var descriptor: Int32?
        var identity: OwnerIdentity
    }

    private let path: String
    private let state: Mutex<State>

    private init(path: String, descriptor: Int32, identity: OwnerIdentity) {
        self.path = path
        state = Mutex(State(descriptor: descriptor, identity: identity))
    }

    deinit { release() }

    package var identity: OwnerIdentity { state.withLock { $0.identity } }

    /// Becomes the owner, trying for as long as `patience`: several that own a journal for a
    /// moment take turns. Creates the default journal's directory where that is missing.
    ///
    /// Throws `owned` with the owner's name, `noAccess`, or `badJournal` where the journal or the
    /// lock file is another program's.
    package static func acquire(
        _ location: JournalLocation, as identity: OwnerIdentity, patience: Duration
    ) async throws(QueueError) -> OwnerLock {
        try JournalDirectory.prepare(for: location)
        try JournalHeader.refuseForeign(location.path)
        let clock = ContinuousClock()
        let end = clock.now + patience
        while true {
            if let lock = try tryOnce(location, identity) { return lock }
            if clock.now >= end { break }
            let pause = Duration.milliseconds(Int64.random(in: 5...25))
            // A cancelled caller does not wait for its turn.
            do { try await Task.sleep(for: pause) } catch { break }
        }
        throw ownedError(location)
    }

    private static func tryOnce(
        _ location: JournalLocation, _ identity: OwnerIdentity
    ) throws(QueueError) -> OwnerLock? {
        let path = location.lockPath
        let descriptor = openFile(
            path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("The lock file \(path) cannot be opened") }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            closeFile(descriptor)
            throw foreign(path)
        }
        let failure = csqlite_lock_exclusive(descriptor)
        guard failure == 0 else {
            closeFile(descriptor)
            if failure == EAGAIN || failure == EACCES { return nil }
            throw .system("The lock file \(path) cannot be locked", failure)
        }
        guard isOurs(descriptor) else {
            closeFile(descriptor)
            throw foreign(path)
        }
        // Whatever the umask, nobody else reads or writes it.
        fchmod(descriptor, 0o600)
        let lock = OwnerLock(path: path, descriptor: descriptor, identity: identity)
        try lock.publish(identity)
        return lock
    }

    /// What an owner's name begins with.
    private static let beginning = Array(#"{"process":{"boot_id":"#.utf8)

    /// Whether an owner's name stands in the file, or nothing; zeros are what a power cut may
    /// leave.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        var content = [UInt8](repeating: 0, count: contentByteCount + 1)
        let count = pread(descriptor, &content, content.count, 0)
        guard (0...contentByteCount).contains(count) else { return false }
        return content.starts(with: beginning) || content.allSatisfy { $0 == 0 }
    }

    private static func foreign(_ path: String) -> QueueError {
        QueueError(
            .badJournal,
            "\(path) is in the way: it is not the lock file of an owner; move it away.")
    }

    /// Says in the lock file who the owner is; again, say, once its socket serves.
    package func publish(_ identity: OwnerIdentity) throws(QueueError) {
        var content: Data
        do {
            content = try WireJSON.encode(identity)
        } catch {
            throw QueueError(.badInput, "The owner's name cannot be written as JSON: \(error).")
        }
        content.append(UInt8(ascii: "\n"))
        let failure: Int32? = state.withLock { state in
            guard let descriptor = state.descriptor else { return EBADF }
            let written = content.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, 0)
            }
            guard written == content.count, ftruncate(descriptor, off_t(written)) == 0 else {
                return errno
            }
            state.identity = identity
            return nil
        }
        if let failure { throw .system("The lock file \(path) cannot be written", failure) }
    }

    /// Lets the next owner in. Does nothing the second time.
    package func release() {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            // The name goes first, so that nobody is taken for an owner who no longer is.
            ftruncate(descriptor, 0)
            csqlite_unlock(descriptor)
            closeFile(descriptor)
            state.descriptor = nil
        }
    }
}

extension OwnerLock {
    /// Who owns the journal now, or `nil` if nobody does. The lock decides that; the file's
    /// content only says who it is.
    package static func currentOwner(
        of location: JournalLocation
    ) throws(QueueError) -> OwnerIdentity? {
        let descriptor = openFile(
            location.lockPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .system("The lock file \(location.lockPath) cannot be opened")
        }
        defer { closeFile(descriptor) }
        // A new owner writes its name just after it has the lock.
        for attempt in 0..<200 {
            let answer = csqlite_is_locked(descriptor)
            if answer == 0 { return nil }
            if answer < 0 {
                throw .system("The lock file \(location.lockPath) cannot be tested", -answer)
            }
            if let identity = identity(in: descriptor) {
                // A dead process's name is most likely that of the owner before.
                if attempt >= 20 || identity.process.isAlive { return identity }
            }
            usleep(1000)
        }
        throw QueueError(
            .owned,
            "The journal at \(location.path) is owned by a process that does not say who "
                + "it is.")
    }

    /// The most that an owner's name takes.
    private static let contentByteCount = 16 << 10

    private static func identity(in descriptor: Int32) -> OwnerIdentity? {
        var buffer = [UInt8](repeating: 0, count: contentByteCount)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0, let end = buffer[..<count].firstIndex(of: UInt8(ascii: "\n")) else {
            return nil
        }
        guard let identity = try? WireJSON.decode(OwnerIdentity.self, from: Data(buffer[..<end]))
        else { return nil }
        return identity
    }

    private static func ownedError(_ location: JournalLocation) -> QueueError {
        do {
            guard let owner = try currentOwner(of: location) else {
                return QueueError(
                    .owned, "The journal at \(location.path) was in use by others all the time.")
            }
            return QueueError(
                .owned,
                "The journal at \(location.path) is owned by \(owner.program) "
                    + "(pid \(owner.process.pid)).")
        } catch {
            return error
        }
    }
}

extension QueueError {
    /// A system call failed; `noAccess` unless the disk is full or broken.
    static func system(_ what: String, _ number: Int32 = errno) -> QueueError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT: return QueueError(.diskFull, "\(what): \(reason).")
        case EIO: return QueueError(.ioError, "\(what): \(reason).")
        case ELOOP: return QueueError(.noAccess, "\(what): it is a symbolic link.")
        default: return QueueError(.noAccess, "\(what): \(reason).")
        }
    }
}
