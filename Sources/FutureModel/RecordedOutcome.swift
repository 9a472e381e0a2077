/// How a future ended, as the journal keeps it: recorded once, and never changed.
package enum RecordedOutcome: Sendable, Hashable {
    /// The value; for a command `null`, its output being kept beside it.
    case succeeded(Payload)
    case failed(TaskFailure)
    /// Why, in a few words.
    case cancelled(reason: String)

    package var state: FutureState {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

/// A future's state at one moment, with its outcome once there is one.
package struct FutureSnapshot: Sendable, Hashable {
    package var id: FutureID
    package var state: FutureState
    package var outcome: RecordedOutcome?

    package init(id: FutureID, state: FutureState, outcome: RecordedOutcome? = nil) {
        self.id = id
        self.state = state
        self.outcome = outcome
    }
}

extension FutureSnapshot: Codable {
    private enum CodingKeys: String, CodingKey { case id, state, value, exception, reason }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let state = try container.decode(FutureState.self, forKey: .state)
        self.init(id: try container.decode(FutureID.self, forKey: .id), state: state)
        switch state {
        case .pending, .running: break
        case .succeeded:
            // An absent value and `null` are one: JSON has no other word for nothing.
            let value = try container.decodeIfPresent(Payload.self, forKey: .value)
            outcome = .succeeded(value ?? .null)
        case .failed:
            outcome = .failed(try container.decode(TaskFailure.self, forKey: .exception))
        case .cancelled:
            outcome = .cancelled(reason: try container.decode(String.self, forKey: .reason))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(state, forKey: .state)
        switch outcome {
        case .succeeded(let value)?:
            // A command's value is its output, which is not here.
            if value != .null { try container.encode(value, forKey: .value) }
        case .failed(let failure)?: try container.encode(failure, forKey: .exception)
        case .cancelled(let reason)?: try container.encode(reason, forKey: .reason)
        case nil: break
        }
    }
}
