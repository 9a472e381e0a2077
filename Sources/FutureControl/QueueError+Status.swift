package import FutureModel

extension QueueError {
    /// The HTTP status under which the API reports the error; its body says exactly what it is.
    package var httpStatus: Int {
        switch code {
        case .badInput: 400
        case .noAccess: 403
        case .noSuchFuture: 404
        case .duplicateKey, .attemptSuperseded, .waitCycle, .typeMismatch: 409
        case .payloadTooLarge: 413
        case .shutDown, .diskFull, .brokenPool, .owned, .noOwner, .ownerLost: 503
        case .timedOut: 504
        case .badJournal, .journalVersion, .ioError: 500
        }
    }
}
