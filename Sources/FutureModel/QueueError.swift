/// What the queue itself could not do; never the failure of a task.
///
/// Every error has a ``code`` for programs and a ``message`` for people: one sentence that says
/// what is wrong, and where it can be helped, how.
public struct QueueError: Error, Sendable, Hashable, Codable {
    /// Its raw value is the word that JSON has for it.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// No future of this journal has that id.
        case noSuchFuture = "no_such_future"
        /// The request is malformed or out of bounds.
        case badInput = "bad_input"
        /// Arguments, a value or an output are over their limit.
        case payloadTooLarge = "payload_too_large"
        /// The key belongs to a future with other work.
        case duplicateKey = "duplicate_key"
        /// The attempt is no longer the one that runs the future; its report was not recorded.
        case attemptSuperseded = "attempt_superseded"
        /// `shutdown` was called; nothing more is accepted.
        case shutDown = "shut_down"
        /// The pool cannot start a worker.
        case brokenPool = "broken_pool"
        /// Another process owns the journal.
        case owned
        /// A daemon is needed and there is none.
        case noOwner = "no_owner"
        /// The owner went away in the middle of a request; whether it took effect is unknown.
        case ownerLost = "owner_lost"
        /// The file is damaged, or not a journal.
        case badJournal = "bad_journal"
        /// The journal was made by a newer program, or its migrations were altered.
        case journalVersion = "journal_version"
        /// The disk is full. Nothing was recorded; it can be tried again.
        case diskFull = "disk_full"
        /// Reading or writing failed. After a failed write the owner stops.
        case ioError = "io_error"
        /// The directory or file is missing or may not be used.
        case noAccess = "no_access"
        /// A wait for futures that can only end in each other.
        case waitCycle = "wait_cycle"
        /// The wait reached its own time-out; the futures go on.
        case timedOut = "timed_out"
        /// A stored value does not have the type that was asked for.
        case typeMismatch = "type_mismatch"
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension QueueError: CustomStringConvertible {
    public var description: String { message }
}
