/// Which futures `list` shows.
package struct ListFilter: Codable, Sendable, Hashable {
    /// Empty is every state.
    package var states: [FutureState]
    package var queue: String?
    package var task: String?
    /// Only ids below this one: the next page after one that ended with it.
    package var before: FutureID?
    /// 1 ... ``Limits/listCount``.
    package var limit: Int

    package init(
        states: [FutureState] = [], queue: String? = nil, task: String? = nil,
        before: FutureID? = nil, limit: Int = 100
    ) {
        self.states = states
        self.queue = queue
        self.task = task
        self.before = before
        self.limit = limit
    }
}

/// One line of a future's past.
package struct HistoryEntry: Codable, Sendable, Hashable {
    package var at: Timestamp
    /// `submitted`, `started`, `succeeded`, `failed`, `cancelled`; of an attempt that was not
    /// the last `failed`, `crashed`, `interrupted`; or an event such as `cancel_requested`.
    package var event: String
    package var attempt: Int?
    package var exception: TaskFailure?
    /// Anything else there is to say, for a person.
    package var detail: String?

    package init(
        at: Timestamp, event: String, attempt: Int? = nil, exception: TaskFailure? = nil,
        detail: String? = nil
    ) {
        self.at = at
        self.event = event
        self.attempt = attempt
        self.exception = exception
        self.detail = detail
    }
}

/// Counts per state, kept by the transactions that change them.
package struct QueueStats: Codable, Sendable, Hashable {
    package struct Counts: Codable, Sendable, Hashable {
        package var pending = 0
        package var running = 0
        package var succeeded = 0
        package var failed = 0
        package var cancelled = 0

        package init() {}

        package subscript(state: FutureState) -> Int {
            get {
                switch state {
                case .pending: pending
                case .running: running
                case .succeeded: succeeded
                case .failed: failed
                case .cancelled: cancelled
                }
            }
            set {
                switch state {
                case .pending: pending = newValue
                case .running: running = newValue
                case .succeeded: succeeded = newValue
                case .failed: failed = newValue
                case .cancelled: cancelled = newValue
                }
            }
        }
    }

    package var total: Counts
    package var queues: [String: Counts]

    package init(queues: [String: Counts] = [:]) {
        self.queues = queues
        total = Counts()
        for counts in queues.values {
            for state in FutureState.allCases { total[state] += counts[state] }
        }
    }
}

/// Who owns the journal and what it is doing.
package struct ServiceStatus: Codable, Sendable, Hashable {
    package struct PoolStatus: Codable, Sendable, Hashable {
        package var kind: PoolKind
        package var capacity: Int
        package var running: Int

        package init(kind: PoolKind, capacity: Int, running: Int) {
            self.kind = kind
            self.capacity = capacity
            self.running = running
        }
    }

    package enum Phase: String, Codable, Sendable, Hashable {
        /// Nobody owns the journal; nothing runs.
        case noOwner = "no_owner"
        case serving
        case shuttingDown = "shutting_down"
        /// Owned by a process that serves no socket.
        case unserved
    }

    package var phase: Phase
    package var journal: String
    package var owner: OwnerIdentity?
    package var pools: [PoolStatus]
    /// The names of the functions that the owner can run.
    package var tasks: [String]
    /// Commits and futures submitted since the owner opened the journal.
    package var commits: Int
    package var submits: Int
    /// What has begun to go wrong and somebody could see to, as a sentence.
    package var warning: String?

    package init(
        phase: Phase, journal: String, owner: OwnerIdentity? = nil, pools: [PoolStatus] = [],
        tasks: [String] = [], commits: Int = 0, submits: Int = 0, warning: String? = nil
    ) {
        self.phase = phase
        self.journal = journal
        self.owner = owner
        self.pools = pools
        self.tasks = tasks
        self.commits = commits
        self.submits = submits
        self.warning = warning
    }
}

/// Who a journal's owner is, as its lock file says.
package struct OwnerIdentity: Codable, Sendable, Hashable {
    package var process: ProcessIdentity
    package var program: String
    package var version: String
    /// Where it serves; `nil` for an owner that does not.
    package var socket: String?

    package init(
        process: ProcessIdentity, program: String, version: String, socket: String? = nil
    ) {
        self.process = process
        self.program = program
        self.version = version
        self.socket = socket
    }
}
