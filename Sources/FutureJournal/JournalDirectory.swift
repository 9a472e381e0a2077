import Foundation
import FutureModel

/// The directory that a journal stands in.
enum JournalDirectory {
    /// Sees to it that the journal's directory exists, is ours to write, and is of this machine.
    /// Only the default place is created; a mistyped path is not.
    static func prepare(for location: JournalLocation) throws(QueueError) {
        let directory = parent(of: location.path)
        var info = stat()
        if stat(directory, &info) != 0 {
            guard errno == ENOENT else { throw .system("The directory \(directory)") }
            guard try isDefault(location) else {
                throw QueueError(
                    .noAccess, "The directory \(directory) does not exist; create it first.")
            }
            try create(directory)
        }
        try check(directory)
        if access(directory, W_OK | X_OK) != 0 {
            throw .system("The directory \(directory) cannot be written")
        }
    }

    /// What a reader needs: less than an owner.
    static func check(_ directory: String) throws(QueueError) {
        var info = stat()
        guard stat(directory, &info) == 0 else {
            if errno == ENOENT {
                throw QueueError(.noAccess, "The directory \(directory) does not exist.")
            }
            throw .system("The directory \(directory) cannot be read")
        }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw QueueError(.noAccess, "\(directory) is not a directory.")
        }
        if try FileSystem(of: directory).isRemote {
            throw QueueError(
                .noAccess,
                "\(directory) is on a network file system, on which a journal is not "
                    + "safe; use a local one.")
        }
    }

    static func parent(of path: String) -> String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/" + parent
    }

    /// Makes a rename or a new file in it durable.
    static func sync(_ directory: String) throws(QueueError) {
        let descriptor = openFile(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("The directory \(directory) cannot be opened") }
        defer { closeFile(descriptor) }
        if fsync(descriptor) != 0 { throw .system("The directory \(directory) cannot be synced") }
    }

    private static func isDefault(_ location: JournalLocation) throws(QueueError) -> Bool {
        let asked = ProcessInfo.processInfo.environment["QUEUECTL_JOURNAL"] ?? ""
        if !asked.isEmpty { return false }
        let path = JournalLocation.defaultPath
        // A link that somebody has put there leads to a place of their own.
        if FileStatus(of: path) != nil { return false }
        return location == (try JournalLocation(path))
    }

    private static func create(_ directory: String) throws(QueueError) {
        if directory == "/" { return }
        var info = stat()
        if stat(directory, &info) == 0 { return }
        try create(parent(of: directory))
        if mkdir(directory, 0o700) == 0 {
            chmod(directory, 0o700)
        } else if errno != EEXIST {
            throw .system("The directory \(directory) cannot be created")
        }
    }
}
