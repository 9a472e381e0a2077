/// A program with its arguments, as `execve` takes them: no shell reads it.
public struct Command: Codable, Sendable, Hashable {
    /// The program, looked up in the `PATH` of ``environment`` unless it holds a slash, and its
    /// arguments. Never empty; no element holds a NUL.
    public var argv: [String]
    /// The directory it runs in, an absolute path; `nil` is the owner's own.
    public var directory: String?
    /// What is set on top of the owner's environment, in which `QUEUECTL_JOURNAL` is the path of
    /// the owner's journal. `QUEUECTL_FUTURE` and `QUEUECTL_ATTEMPT` cannot be set.
    public var environment: [String: String]

    public init(_ argv: [String], directory: String? = nil, environment: [String: String] = [:]) {
        self.argv = argv
        self.directory = directory
        self.environment = environment
    }

    /// The name under which the journal files commands; no function can be registered with it.
    package static let taskName = "command"
}

extension Command {
    /// What makes it impossible to run, as a sentence, or `nil`.
    package var defect: String? {
        guard let program = argv.first else { return "A command needs at least its program." }
        if program.isEmpty { return "The program's name is empty." }
        if argv.contains(where: { $0.utf8.contains(0) }) {
            return "A command's arguments cannot hold a NUL character."
        }
        for (name, value) in environment
        where name.isEmpty || name.contains("=") || (name + value).utf8.contains(0) {
            return "The environment variable '\(name)' has a name or value that cannot be set."
        }
        if let directory, !directory.hasPrefix("/") || directory.utf8.contains(0) {
            return "The directory must be an absolute path."
        }
        return nil
    }
}
