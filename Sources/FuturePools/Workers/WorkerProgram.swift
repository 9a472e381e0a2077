/// The program that worker processes run.
package struct WorkerProgram: Sendable {
    /// Absolute; no `PATH` is searched.
    package var path: String
    /// With the name under which it is called as the first.
    package var arguments: [String]

    /// The program at `path`, called with `arguments`.
    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// This process's own program, whatever has become of its file, with its own arguments.
    package static var current: WorkerProgram {
        WorkerProgram(path: "/proc/self/exe", arguments: CommandLine.arguments)
    }
}
