/// What a shutdown does with futures that have not started.
public enum ShutdownPending: String, Codable, Sendable, Hashable, CaseIterable {
    /// They stay pending; the next owner runs them.
    case keep
    /// They run before the owner exits.
    case run
    /// They are cancelled.
    case cancel
}

package struct ShutdownRequest: Codable, Sendable, Hashable {
    package var pending: ShutdownPending
    /// Overrides what each running future was submitted with.
    package var running: OnShutdown?
    /// How long running futures may take to finish; what runs on then is interrupted.
    /// `nil` is no bound.
    package var grace: Duration? { graceMs.map { .milliseconds($0) } }
    private var graceMs: Int64?

    package init(
        pending: ShutdownPending = .keep, running: OnShutdown? = nil, grace: Duration? = nil
    ) {
        self.pending = pending
        self.running = running
        graceMs = grace?.milliseconds
    }
}

/// What a shutdown would do to each future that has not ended.
package struct ShutdownPlan: Codable, Sendable, Hashable {
    package enum Fate: String, Codable, Sendable, Hashable, CaseIterable {
        case keep, run, cancel, finish, requeue
    }

    package struct Entry: Codable, Sendable, Hashable {
        package var id: FutureID
        package var state: FutureState
        package var fate: Fate

        package init(id: FutureID, state: FutureState, fate: Fate) {
            self.id = id
            self.state = state
            self.fate = fate
        }
    }

    package var request: ShutdownRequest
    /// Running futures, then the newest ``Limits/listCount`` pending ones, each by id.
    package var entries: [Entry]
    /// Older pending futures, whose fate is that of the others.
    package var unlisted: Int

    package init(request: ShutdownRequest, entries: [Entry], unlisted: Int = 0) {
        self.request = request
        self.entries = entries
        self.unlisted = unlisted
    }
}

extension ShutdownRequest {
    /// This request where a shutdown by `earlier` is under way: what that has kept or cancelled
    /// does not run after all.
    package func joining(_ earlier: ShutdownRequest) -> ShutdownRequest {
        var joined = self
        if earlier.pending == .cancel || pending == .run { joined.pending = earlier.pending }
        return joined
    }

    package func fate(ofRunning options: SubmitOptions) -> ShutdownPlan.Fate {
        switch running ?? options.onShutdown {
        case .finish: .finish
        case .requeue: .requeue
        case .cancel: .cancel
        }
    }

    package var fateOfPending: ShutdownPlan.Fate {
        switch pending {
        case .keep: .keep
        case .run: .run
        case .cancel: .cancel
        }
    }
}
