import Foundation
import GRDBSQLite

/// SQLite as a C program would call it, with the settings of a journal. Used by one thread.
final class RawDatabase {
    private let handle: OpaquePointer

    private static func open(_ directory: URL) throws -> OpaquePointer {
        var handle: OpaquePointer?
        try check(
            sqlite3_open(directory.appending(path: "raw.db").path, &handle) == SQLITE_OK,
            "the floor's database cannot be opened")
        return handle!
    }

    /// Makes it, in an empty directory.
    init(making directory: URL) throws {
        handle = try Self.open(directory)
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA wal_autocheckpoint = 2000")
        try execute("PRAGMA cache_size = -32768")
        try execute(Self.schema)
    }

    /// Opens it again.
    init(_ directory: URL) throws { handle = try Self.open(directory) }

    deinit { sqlite3_close_v2(handle) }

    /// The least that a durable queue can keep: what is asked, where it stands, what came of it.
    private static let schema = """
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, task TEXT NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, priority INTEGER NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0, token INTEGER, submitted_ms INTEGER NOT NULL,
            started_ms INTEGER, finished_ms INTEGER, arguments TEXT NOT NULL, value TEXT);
        CREATE INDEX pending ON jobs (queue, priority DESC, id) WHERE state = 0;
        """

    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        try check(code == SQLITE_OK, "the floor's database says \(code) to '\(sql)'")
    }

    func prepare(_ sql: String) throws -> RawStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        try check(code == SQLITE_OK, "the floor's database says \(code) to '\(sql)'")
        return RawStatement(statement!)
    }

    func count(_ sql: String) throws -> Int {
        var rows = 0
        try prepare(sql).each { rows = Int($0.integer(0)) }
        return rows
    }
}

/// A prepared statement, bound by position. Texts are constants.
final class RawStatement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    func bind(_ position: Int32, _ value: Int64) { sqlite3_bind_int64(handle, position, value) }

    func bind(_ position: Int32, _ text: StaticString) {
        text.withUTF8Buffer {
            _ = sqlite3_bind_text(
                handle, position,
                UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self),
                Int32($0.count), nil)
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String { String(cString: sqlite3_column_text(handle, column)) }

    func run() throws { try each { _ in } }

    func each(_ body: (RawStatement) -> Void) throws {
        var code = sqlite3_step(handle)
        while code == SQLITE_ROW {
            body(self)
            code = sqlite3_step(handle)
        }
        sqlite3_reset(handle)
        try check(code == SQLITE_DONE, "a statement of the floor says \(code)")
    }
}

/// The statements of the floor's queue.
struct RawQueue {
    let database: RawDatabase
    private let begin: RawStatement
    private let commit: RawStatement
    private let insert: RawStatement
    private let pending: RawStatement
    private let claim: RawStatement
    private let settle: RawStatement

    init(_ directory: URL) throws {
        database = try RawDatabase(making: directory)
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        insert = try database.prepare(
            """
            INSERT INTO jobs (queue, task, priority, submitted_ms, arguments)
            VALUES ('default', 'noop', 0, ?, ?)
            """)
        pending = try database.prepare(
            """
            SELECT id, arguments FROM jobs WHERE state = 0 AND queue = 'default'
            ORDER BY priority DESC, id LIMIT ?
            """)
        claim = try database.prepare(
            """
            UPDATE jobs SET state = 1, attempt = attempt + 1, token = ?, started_ms = ?
            WHERE id = ? AND state = 0
            """)
        settle = try database.prepare(
            """
            UPDATE jobs SET state = 2, value = ?, finished_ms = ?
            WHERE id = ? AND token = ? AND state = 1
            """)
    }

    func transaction(_ body: () throws -> Void) throws {
        try begin.run()
        try body()
        try commit.run()
    }

    func submit() throws {
        insert.bind(1, now)
        insert.bind(2, "[1]")
        try insert.run()
    }

    /// The ids of up to `limit` that run now.
    func claim(upTo limit: Int) throws -> [Int64] {
        var ids: [Int64] = []
        pending.bind(1, Int64(limit))
        try pending.each { ids.append($0.integer(0)) }
        for id in ids {
            claim.bind(1, id ^ 0x5555)
            claim.bind(2, now)
            claim.bind(3, id)
            try claim.run()
        }
        return ids
    }

    func settle(_ id: Int64) throws {
        settle.bind(1, "1")
        settle.bind(2, now)
        settle.bind(3, id)
        settle.bind(4, id ^ 0x5555)
        try settle.run()
    }

    private var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
