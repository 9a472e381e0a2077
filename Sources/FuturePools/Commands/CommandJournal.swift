/// The journal that commands are of, as they and their descendants are told.
package struct CommandJournal: Sendable {
    /// Absolute; in the environment of every command, for what it submits itself.
    let path: String
    /// The journal's own number, in the mark by which descendants are found.
    let identity: String

    package init(path: String, identity: String) {
        self.path = path
        self.identity = identity
    }
}
