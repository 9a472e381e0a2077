import FutureModel

/// The program's exit codes, all of them.
enum Exit {
    static let succeeded: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 64
    static let badInput: Int32 = 65
    static let daemonNeeded: Int32 = 69
    static let badJournal: Int32 = 70
    static let ioError: Int32 = 74
    static let timedOut: Int32 = 124
    static let cancelled: Int32 = 125
    static let noSuchFuture: Int32 = 127
}

extension QueueError.Code {
    /// With what the program exits when the queue itself could not do what was asked.
    var exitCode: Int32 {
        switch self {
        case .noSuchFuture: Exit.noSuchFuture
        case .badInput, .payloadTooLarge, .duplicateKey, .waitCycle, .typeMismatch: Exit.badInput
        case .shutDown, .brokenPool, .owned, .noOwner, .ownerLost: Exit.daemonNeeded
        case .badJournal, .journalVersion: Exit.badJournal
        case .diskFull, .ioError, .noAccess: Exit.ioError
        case .timedOut: Exit.timedOut
        case .attemptSuperseded: Exit.failed
        }
    }
}

extension RecordedOutcome {
    /// A command that failed exits as it did; anything else that failed is 1.
    var exitCode: Int32 {
        switch self {
        case .succeeded: Exit.succeeded
        case .failed(let failure): failure.exitCode ?? Exit.failed
        case .cancelled: Exit.cancelled
        }
    }
}
