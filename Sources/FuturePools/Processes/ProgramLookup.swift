import Foundation

/// Finds the file that a command's first word names, as a shell would.
enum ProgramLookup {
    enum Answer: Equatable {
        case found(String)
        /// Why it cannot be run, to follow the program's name and a colon.
        case unusable(String)
    }

    /// `program` holds a slash or is looked up in `searchPath`; relative paths count from
    /// `directory`, or from the owner's own where that is `nil`.
    static func find(_ program: String, searchPath: String?, directory: String?) -> Answer {
        if program.contains("/") {
            let path = absolute(program, in: directory)
            return defect(of: path).map { .unusable($0) } ?? .found(path)
        }
        var reason = "no such command in PATH"
        let search = searchPath ?? "/usr/local/bin:/usr/bin:/bin"
        for part in search.split(separator: ":", omittingEmptySubsequences: false) {
            let folder = part.isEmpty ? "." : String(part)
            let path = absolute(folder + "/" + program, in: directory)
            guard let defect = defect(of: path) else { return .found(path) }
            // As execvp does: something that is there but unusable does not end the search.
            if defect == notPermitted { reason = defect }
        }
        return .unusable(reason)
    }

    private static let notPermitted = errorText(EACCES)

    private static func absolute(_ path: String, in directory: String?) -> String {
        guard !path.hasPrefix("/"), let directory else { return path }
        return directory + "/" + path
    }

    private static func defect(of path: String) -> String? {
        var status = stat()
        if stat(path, &status) != 0 { return errorText(errno) }
        if status.st_mode & S_IFMT == S_IFDIR { return "is a directory" }
        return access(path, X_OK) == 0 ? nil : errorText(errno)
    }
}
