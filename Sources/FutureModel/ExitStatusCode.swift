/// The exit codes of this project's programs, all of them.
package enum ExitStatusCode {
    package static let succeeded: Int32 = 0
    package static let failed: Int32 = 1
    package static let usage: Int32 = 64
    package static let badInput: Int32 = 65
    package static let daemonNeeded: Int32 = 69
    package static let badJournal: Int32 = 70
    package static let ioError: Int32 = 74
    package static let timedOut: Int32 = 124
    package static let cancelled: Int32 = 125
    package static let noSuchFuture: Int32 = 127
}

extension QueueError.Code {
    /// With what a program exits when the queue itself could not do what was asked.
    package var exitCode: Int32 {
        switch self {
        case .noSuchFuture: ExitStatusCode.noSuchFuture
        case .badInput, .payloadTooLarge, .duplicateKey, .waitCycle, .typeMismatch:
            ExitStatusCode.badInput
        case .shutDown, .brokenPool, .owned, .noOwner, .ownerLost: ExitStatusCode.daemonNeeded
        case .badJournal, .journalVersion: ExitStatusCode.badJournal
        case .diskFull, .ioError, .noAccess: ExitStatusCode.ioError
        case .timedOut: ExitStatusCode.timedOut
        case .attemptSuperseded: ExitStatusCode.failed
        }
    }
}

extension RecordedOutcome {
    /// A command that failed exits as it did; anything else that failed is 1.
    package var exitCode: Int32 {
        switch self {
        case .succeeded: ExitStatusCode.succeeded
        case .failed(let failure): failure.exitCode ?? ExitStatusCode.failed
        case .cancelled: ExitStatusCode.cancelled
        }
    }
}
