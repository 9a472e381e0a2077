/// What the queue itself could not do; never the failure of a task.
///
/// Every error has a ``code`` for programs and a ``message`` for people: one sentence that says
/// what is wrong, and where it can be helped, how.
public struct QueueError: Error, Sendable, Hashable, Codable {
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// No future of this journal has that id.
        case noSuchFuture
        /// The request is malformed or out of bounds.
        case badInput
        /// Arguments, a value or an output are over their limit.
        case payloadTooLarge
        /// The key belongs to a future with other work.
        case duplicateKey
        /// The attempt is no longer the one that runs the future; its report was not recorded.
        case attemptSuperseded
        /// `shutdown` was called; nothing more is accepted.
        case shutDown
        /// The pool cannot start a worker.
        case brokenPool
        /// Another process owns the journal.
        case owned
        /// A daemon is needed and there is none.
        case noOwner
        /// The owner went away in the middle of a request; whether it took effect is unknown.
        case ownerLost
        /// The file is damaged, or not a journal.
        case badJournal
        /// The journal was made by a newer program, or its migrations were altered.
        case journalVersion
        /// The disk is full. Nothing was recorded; it can be tried again.
        case diskFull
        /// Reading or writing failed. After a failed write the owner stops.
        case ioError
        /// The directory or file is missing or may not be used.
        case noAccess
        /// A wait for futures that can only end in each other.
        case waitCycle
        /// The wait reached its own time-out; the futures go on.
        case timedOut
        /// A stored value does not have the type that was asked for.
        case typeMismatch
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
