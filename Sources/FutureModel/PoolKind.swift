/// What runs an attempt.
public enum PoolKind: String, Codable, Sendable, Hashable, CaseIterable {
    /// A thread of the owner's process.
    case thread
    /// A warm worker process of the owner's program.
    case process
    /// A child process of its own: a command.
    case command
}
