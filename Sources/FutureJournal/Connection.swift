import FutureModel
import GRDBSQLite

/// One connection to SQLite with its prepared statements. Used by one thread at a time.
final class Connection {
    let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    init(_ handle: OpaquePointer) { self.handle = handle }

    /// A database that nobody else sees; its maker closes it.
    static func inMemory() throws(QueueError) -> Connection {
        var handle: OpaquePointer?
        let code = sqlite3_open(":memory:", &handle)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close(handle)
            throw .sqlite(code, "no memory for another database")
        }
        return Connection(handle)
    }

    /// Only of a connection that nobody else closes.
    func close() {
        finalizeStatements()
        sqlite3_close(handle)
    }

    /// The prepared statement for `sql`, ready to be bound.
    func statement(_ sql: String) throws(QueueError) -> Statement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        let statement = try Statement(sql, on: self)
        statements[sql] = statement
        return statement
    }

    /// Runs SQL that has no parameters and whose rows nobody wants.
    func execute(_ sql: String) throws(QueueError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code) }
    }

    /// Of the last statement that changed rows.
    var changedRowCount: Int { Int(sqlite3_changes(handle)) }

    /// Grows with every changed row, inside and outside of triggers.
    var totalChangeCount: Int32 { sqlite3_total_changes(handle) }

    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Must come before the connection is closed.
    func finalizeStatements() { statements.removeAll() }

    func failure(_ code: Int32) -> QueueError {
        .sqlite(
            code, systemError: sqlite3_system_errno(handle),
            String(cString: sqlite3_errmsg(handle)))
    }
}
