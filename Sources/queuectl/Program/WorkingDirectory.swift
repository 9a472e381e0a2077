import Foundation
import FutureModel

/// Directories that commands are to run in.
enum WorkingDirectory {
    /// This process's own.
    static func current() throws(QueueError) -> String {
        guard let bytes = getcwd(nil, 0) else {
            throw QueueError(
                .badInput,
                "The current directory cannot be named (\(String(cString: strerror(errno)))); "
                    + "name one with --cwd.")
        }
        defer { free(bytes) }
        guard let path = String(validatingCString: bytes) else {
            throw QueueError(
                .badInput, "The current directory's name is not valid UTF-8; name one with --cwd.")
        }
        return path
    }

    /// `path` made absolute; throws `badInput` if it is no directory.
    static func resolve(
        _ path: String, from current: () throws(QueueError) -> String
    ) throws(QueueError) -> String {
        let joined = path.hasPrefix("/") ? path : try current() + "/" + path
        let absolute = URL(fileURLWithPath: joined).standardizedFileURL.path
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: absolute, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue else {
            throw QueueError(.badInput, "There is no directory '\(path)' to run in.")
        }
        return absolute
    }
}
