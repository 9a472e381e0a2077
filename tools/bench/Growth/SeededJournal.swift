import DurableFutures
import Foundation
import FutureModel
import GRDBSQLite

/// Journals that hold very much, made by SQL in bulk: submitting as many futures would take longer
/// than all that is measured. Each holds to the schema, checks and triggers included.
enum SeededJournal {
    /// What one is filled with.
    struct Content: Hashable, Sendable {
        var finished = 0
        var pending = 0
        /// Held until tomorrow.
        var waiting = 0
        /// Left running by an owner that died.
        var running = 0
        /// Nothing of it is claimed; what is pending are commands, which every daemon knows.
        var isPaused = false

        static let nothing = Content()
        static let finished = Content(finished: 10_000_000)
        static let pending = Content(pending: 1_000_000)
        static let waiting = Content(waiting: 100_000)
    }

    /// Runs `body` with the path of a journal that nobody else uses.
    static func with<Value>(
        _ content: Content, _ setting: Setting, _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await setting.inDirectory { directory in
            let path = directory.appending(path: "journal.db").path
            try await Work.withSubmitter(journal: path) { _ in }
            if content != .nothing {
                try fill(path, with: content)
                try flush(path)
            }
            return try await body(path)
        }
    }

    /// Else the system would write what was seeded while the rest is measured.
    private static func flush(_ path: String) throws {
        let file = open(path, O_RDWR)
        defer { close(file) }
        try check(fsync(file) == 0, "\(path) cannot be flushed")
    }

    private static func fill(_ path: String, with content: Content) throws {
        let database = try BulkDatabase(path)
        try database.execute("PRAGMA journal_mode = OFF")
        try database.execute("PRAGMA synchronous = OFF")
        let triggers = try database.texts("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        for name in try database.texts("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            try database.execute("DROP TRIGGER \(name)")
        }
        try database.execute(
            "INSERT INTO queues (name, paused) VALUES ('default', \(content.isPaused ? 1 : 0))")
        var last = 0
        for (count, sql) in [
            (content.running, Self.runningSQL), (content.finished, Self.finishedSQL),
            (content.pending, content.isPaused ? Self.commandsSQL : Self.pendingSQL),
            (content.waiting, Self.waitingSQL),
        ] {
            try database.execute("BEGIN; \(sql(last + 1, last + count)) COMMIT;")
            last += count
        }
        try database.execute(Self.requestsSQL)
        try database.execute(
            """
            INSERT INTO counts (queue, state, count)
            SELECT queue, state, count(*) FROM futures GROUP BY queue, state
            """)
        for trigger in triggers { try database.execute(trigger) }
        try database.execute("PRAGMA journal_mode = WAL")
    }

    private static func range(_ first: Int, _ last: Int) -> String {
        """
        WITH RECURSIVE ids (id) AS (
            SELECT \(first) WHERE \(first) <= \(last)
            UNION ALL SELECT id + 1 FROM ids WHERE id < \(last))
        """
    }

    private static func runningSQL(_ first: Int, _ last: Int) -> String {
        """
        INSERT INTO futures (id, queue, task, pool, state, priority, attempt, token,
            submitted_at_ms, started_at_ms)
        \(range(first, last))
        SELECT id, 'default', 'noop', 'thread', 'running', 0, 1, random(), 1, 2 FROM ids;
        """
    }

    /// One of a hundred has failed, and one of a hundred was cancelled.
    private static func finishedSQL(_ first: Int, _ last: Int) -> String {
        """
        INSERT INTO futures (id, queue, task, pool, state, priority, attempt,
            submitted_at_ms, started_at_ms, finished_at_ms)
        \(range(first, last))
        SELECT id, 'default', 'noop', 'thread',
            CASE id % 100 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'succeeded' END,
            0, 1, 1, 2, 3 FROM ids;
        INSERT INTO outcomes (future_id, state, value, type, message, reason)
        SELECT id, state, CASE state WHEN 'succeeded' THEN '1' END,
            CASE state WHEN 'failed' THEN 'Failure' END,
            CASE state WHEN 'failed' THEN 'it failed' END,
            CASE state WHEN 'cancelled' THEN 'cancelled' END
        FROM futures WHERE id BETWEEN \(first) AND \(last);
        """
    }

    private static func pendingSQL(_ first: Int, _ last: Int) -> String {
        """
        INSERT INTO futures (id, queue, task, pool, priority, submitted_at_ms)
        \(range(first, last)) SELECT id, 'default', 'noop', 'thread', 0, 1 FROM ids;
        """
    }

    private static func commandsSQL(_ first: Int, _ last: Int) -> String {
        """
        INSERT INTO futures (id, queue, task, pool, priority, submitted_at_ms)
        \(range(first, last)) SELECT id, 'default', 'command', 'command', 0, 1 FROM ids;
        """
    }

    private static func waitingSQL(_ first: Int, _ last: Int) -> String {
        let tomorrow = Int(Date.now.timeIntervalSince1970 + 86_400) * 1000
        return """
            INSERT INTO futures (id, queue, task, pool, hold, due_ms, priority, submitted_at_ms)
            \(range(first, last))
            SELECT id, 'default', 'noop', 'thread', 'run_at', \(tomorrow) + id, 0, 1 FROM ids;
            """
    }

    private static let requestsSQL = """
        INSERT INTO requests (future_id, arguments, on_crash, max_crashes, on_shutdown,
            max_attempts, backoff_ms, max_backoff_ms, grace_ms, run_at_ms, output_limit)
        SELECT id, CASE task WHEN 'command' THEN '{"argv":["true"],"environment":{}}' ELSE '[1]' END,
            'retry', 1, 'finish', 1, 1000, 60000, 10000, due_ms, 1048576
        FROM futures
        """
}

/// SQLite for what is done once and in bulk.
private final class BulkDatabase {
    private let handle: OpaquePointer

    init(_ path: String) throws {
        var handle: OpaquePointer?
        try check(sqlite3_open(path, &handle) == SQLITE_OK, "\(path) cannot be opened")
        self.handle = handle!
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        try check(code == SQLITE_OK, "'\(sql)': \(String(cString: sqlite3_errmsg(handle)))")
    }

    func texts(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        try check(
            sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
            "'\(sql)': \(String(cString: sqlite3_errmsg(handle)))")
        defer { sqlite3_finalize(statement) }
        var texts: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            texts.append(String(cString: sqlite3_column_text(statement, 0)))
        }
        return texts
    }
}
