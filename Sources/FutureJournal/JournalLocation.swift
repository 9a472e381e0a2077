import Foundation
package import FutureModel

/// Where a journal is, and the files that stand beside it.
package struct JournalLocation: Sendable, Hashable {
    /// The database: absolute, symbolic links resolved, so that two names of one file meet.
    package let path: String

    /// The owner's lock; also says who that is.
    package var lockPath: String { path + ".owner" }
    /// What children the owner has started, for the one after it.
    package var childrenPath: String { path + ".children" }

    /// Where the owner serves: beside the journal, or in the user's runtime directory where that
    /// path would be longer than a Unix socket's can be.
    package var socketPath: String {
        let beside = path + ".sock"
        if beside.utf8.count <= Self.socketPathLimit { return beside }
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return Self.runtimeDirectory + "/" + String(hash, radix: 16) + ".sock"
    }

    /// `sun_path` holds 108 bytes on Linux and 104 on macOS, with the closing NUL.
    private static let socketPathLimit = 100

    private static var runtimeDirectory: String {
        if let directory = variable("XDG_RUNTIME_DIR"), directory.hasPrefix("/"),
            directory.utf8.count < 60
        {
            return directory + "/queuectl"
        }
        return "/tmp/queuectl-\(getuid())"
    }

    /// `QUEUECTL_JOURNAL`, or `queuectl/journal.db` in the user's state directory.
    package static var defaultPath: String {
        if let path = variable("QUEUECTL_JOURNAL"), !path.isEmpty { return path }
        if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/queuectl/journal.db"
        }
        let home = variable("HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (home ?? NSHomeDirectory()) + "/.local/state/queuectl/journal.db"
    }

    /// - Throws: `noAccess` for a relative path where the current directory is gone or unreadable.
    package init(_ path: String) throws(QueueError) {
        let absolute =
            path.hasPrefix("/") ? path : try Self.currentDirectory(for: path) + "/" + path
        self.path = Self.resolve(absolute)
    }

    /// Of a file that is still to be made, its directory is resolved, and a link in its place is
    /// followed: then the link's target is the file.
    private static func resolve(_ absolute: String, linkCount: Int = 0) -> String {
        if let path = realPath(absolute) { return path }
        var parts = absolute.split(separator: "/")
        let name = parts.popLast().map(String.init) ?? ""
        let directory = "/" + parts.joined(separator: "/")
        let path = join(realPath(directory) ?? directory, name)
        // As many as the kernel follows; opening a circle of them then says what it is.
        guard linkCount < 40, let target = linkTarget(path) else { return path }
        let next = target.hasPrefix("/") ? target : directory + "/" + target
        return resolve(next, linkCount: linkCount + 1)
    }

    /// `nil` where nothing is, or not all of it can be resolved.
    private static func realPath(_ path: String) -> String? {
        guard let bytes = realpath(path, nil) else { return nil }
        defer { free(bytes) }
        return String(cString: bytes)
    }

    /// `nil` of what is no symbolic link.
    private static func linkTarget(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    private static func currentDirectory(for path: String) throws(QueueError) -> String {
        let bytes = getcwd(nil, 0)
        let reason = bytes == nil ? String(cString: strerror(errno)) : "Its name is not UTF-8"
        defer { free(bytes) }
        guard let bytes, let directory = String(validatingCString: bytes) else {
            throw QueueError(
                .noAccess,
                "The journal '\(path)' is looked for in the current directory, which cannot be "
                    + "named (\(reason)); give the journal's full path.")
        }
        return directory
    }

    /// Not by way of Foundation's `ProcessInfo`, which reads all there is into a dictionary.
    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func join(_ directory: String, _ name: String) -> String {
        (directory == "/" ? "" : directory) + "/" + name
    }
}
