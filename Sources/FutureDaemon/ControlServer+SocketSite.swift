import Foundation
import FutureModel
import Synchronization

/// The place of a socket in the file system.
///
/// The socket is bound in a directory that only its user can enter, given its mode there, and
/// only then moved to where clients look for it: nobody else can ever connect, whatever the
/// umask, and nobody finds a socket that does not answer yet.
final class SocketSite: Sendable {
    let path: String
    private let privateDirectory: String
    private let published = Mutex<UInt64?>(nil)

    /// Where the socket is to be bound before ``publish()``.
    var bindingPath: String { privateDirectory + "/s" }

    /// Sees to it that a socket can come to stand at `path`: makes its directory with mode 0700
    /// unless it exists.
    ///
    /// - Throws: `noAccess` if the directory is not the user's own or cannot be written, or
    ///   something that is not a socket stands in the place.
    static func prepare(_ path: String) throws(QueueError) {
        let directory = (path as NSString).deletingLastPathComponent
        if mkdir(directory, 0o700) == 0 { chmod(directory, 0o700) }
        try check(directory)
        if access(directory, W_OK | X_OK) != 0 { throw unwritable(directory) }
        if let status = FileStatus(of: path), status.kind != .socket {
            throw QueueError(.noAccess, "\(path) is in the way: it is not a socket.")
        }
    }

    /// - Throws: what ``prepare(_:)`` throws.
    init(path: String) throws(QueueError) {
        try Self.prepare(path)
        self.path = path
        let directory = (path as NSString).deletingLastPathComponent
        var template = Array((directory + "/.sXXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.unwritable(directory) }
        privateDirectory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Moves the bound socket to its place, over one that a dead owner left.
    func publish() throws(QueueError) {
        guard chmod(bindingPath, 0o600) == 0, rename(bindingPath, path) == 0 else {
            throw QueueError(
                .noAccess, "The socket \(path) cannot be made: \(String(cString: strerror(errno)))."
            )
        }
        published.withLock { $0 = FileStatus(of: path)?.inode }
        rmdir(privateDirectory)
    }

    /// Removes what was made, and nothing that another owner has put in its place.
    func remove() {
        unlink(bindingPath)
        rmdir(privateDirectory)
        let inode = published.withLock { $0 }
        if inode != nil, FileStatus(of: path)?.inode == inode { unlink(path) }
    }

    private static func unwritable(_ directory: String) -> QueueError {
        QueueError(
            .noAccess,
            "Nothing can be made in \(directory): \(String(cString: strerror(errno))).")
    }

    private static func check(_ directory: String) throws(QueueError) {
        guard let status = FileStatus(of: directory) else {
            throw QueueError(.noAccess, "The directory \(directory) does not exist.")
        }
        if status.kind != .directory {
            throw QueueError(.noAccess, "\(directory) is not a directory; a link is not followed.")
        }
        if status.isForeign {
            throw QueueError(.noAccess, "The directory \(directory) belongs to another user.")
        }
    }
}
