import Foundation

/// What stands at a path. A link is not followed.
///
/// In the one room that imports nothing but Foundation: where NIO is imported too, the compiler
/// may take the C library's `stat` for a module's that is not to be imported.
package struct FileStatus: Sendable {
    package enum Kind: Sendable {
        case directory
        case socket
        case other
    }

    package let kind: Kind
    /// Whose it is.
    package let user: UInt32
    /// Its number in its file system.
    package let inode: UInt64

    /// `nil` where nothing is, or the caller may not look.
    package init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: kind = .directory
        case S_IFSOCK: kind = .socket
        default: kind = .other
        }
        user = status.st_uid
        inode = UInt64(status.st_ino)
    }

    /// Whether it belongs to somebody whom the caller has no reason to trust: neither to the
    /// caller nor to root.
    package var isForeign: Bool {
        let caller = geteuid()
        return caller != 0 && user != caller && user != 0
    }
}
