import FutureModel
import GRDBSQLite

/// The writer's side of the journal: its connection, and what the current transaction has changed
/// so far. Lives and dies on the writer's thread.
final class WriteContext {
    let connection: Connection
    let time: any TimeSource
    let statements: HotStatements
    var queues: QueueTable
    var changes = Changes()
    private(set) var now = Timestamp(milliseconds: 0)
    let log: WriteAheadLog
    private var changeCountAtBegin: Int32 = 0

    /// What one transaction changed, told once it is committed.
    struct Changes {
        struct Count: Hashable {
            var queue: String
            var state: FutureState
        }

        var notice = CommitNotice()
        var submits = 0
        var wrote = false
        fileprivate var counts: [Count: Int] = [:]
        fileprivate var newQueues: [String] = []
    }

    init(
        _ connection: Connection, time: any TimeSource, path: String, log: LogLimits = LogLimits()
    ) throws(QueueError) {
        self.connection = connection
        self.time = time
        statements = try HotStatements(connection)
        queues = try connection.queueTable()
        self.log = try WriteAheadLog(connection, path: path, limits: log)
    }

    func begin() throws(QueueError) {
        changes = Changes()
        now = time.now()
        changeCountAtBegin = connection.totalChangeCount
        try statements.begin.run()
    }

    func commit() throws(QueueError) {
        for (key, difference) in changes.counts where difference != 0 {
            try write(difference, to: key)
        }
        changes.wrote = connection.totalChangeCount != changeCountAtBegin
        try statements.commit.run()
    }

    private func write(_ difference: Int, to key: Changes.Count) throws(QueueError) {
        let isKnown =
            try statements.count
            .bind(difference).bind(key.queue).bind(key.state.rawValue).run() > 0
        if isKnown { return }
        try connection.statement("INSERT INTO counts (queue, state, count) VALUES (?, ?, ?)")
            .bind(key.queue).bind(key.state.rawValue).bind(difference).run()
    }

    /// What has been committed; the caller tells it.
    func takeChanges() -> Changes {
        defer { changes = Changes() }
        return changes
    }

    /// Forgets the transaction, in the journal and in memory. It cannot fail in a way that
    /// matters: a transaction that is not committed does not exist for anybody else.
    func rollBack() {
        if connection.isInTransaction {
            sqlite3_exec(connection.handle, "ROLLBACK", nil, nil, nil)
        }
        for queue in changes.newQueues { queues.remove(queue) }
        for (key, difference) in changes.counts where key.state == .running {
            queues.changeRunning(key.queue, by: -difference)
        }
        queues.forgetEmptiness()
        changes = Changes()
    }
}

extension WriteContext {
    /// A future has entered (`by` 1) or left (`by` -1) `state`.
    func count(_ queue: String, _ state: FutureState, by difference: Int) {
        changes.counts[Changes.Count(queue: queue, state: state), default: 0] += difference
        if state == .running { queues.changeRunning(queue, by: difference) }
    }

    func move(_ queue: String, from old: FutureState, to new: FutureState) {
        count(queue, old, by: -1)
        count(queue, new, by: 1)
    }

    func becameClaimable(_ queue: String, _ pool: PoolKind) {
        queues.becameClaimable(queue, pool)
        changes.notice.claimable.insert(pool)
    }

    func isDue(_ moment: Timestamp) {
        changes.notice.due = min(changes.notice.due ?? moment, moment)
    }

    func ended(_ id: FutureID, _ outcome: RecordedOutcome) {
        changes.notice.finished.append(
            FutureSnapshot(id: id, state: outcome.state, outcome: outcome))
    }

    func needQueue(_ queue: String) throws(QueueError) {
        if queues.contains(queue) { return }
        try connection.statement("INSERT INTO queues (name) VALUES (?)").bind(queue).run()
        queues.add(queue)
        changes.newQueues.append(queue)
    }
}

extension Connection {
    /// The queues as the journal has them.
    fileprivate func queueTable() throws(QueueError) -> QueueTable {
        var table = QueueTable()
        let rows = try statement(
            """
            SELECT name, paused, max_running,
                (SELECT count FROM counts WHERE queue = name AND state = 'running')
            FROM queues
            """
        ).all { row in
            (
                row.text(),
                QueueTable.Settings(
                    isPaused: row.int() != 0, maxRunning: row.optionalInteger().map(Int.init)),
                row.int()
            )
        }
        for (name, settings, running) in rows { table.add(name, settings, running: running) }
        return table
    }
}
