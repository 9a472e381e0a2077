import FutureMigrations
import FutureModel

/// What a database consists of: the SQL of its tables, indices, views and triggers by their names.
///
/// A journal may come from somebody else. What its migrations did not make could do anything when
/// it is read or written, so nothing else may be in it, and nothing may be missing.
struct JournalSchema: Hashable {
    private let statements: [String: String]

    /// Reads only SQLite's own table, which nobody can replace.
    init(of connection: Connection) throws(QueueError) {
        let rows = try connection.statement(
            """
            SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema
            WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            """
        ).all { ($0.text(), $0.text()) }
        statements = Dictionary(rows) { first, _ in first }
    }

    /// As `migrations` make it.
    init(after migrations: some Sequence<Migration>) throws(QueueError) {
        let connection = try Connection.inMemory()
        defer { connection.close() }
        for migration in migrations { try connection.execute(migration.sql) }
        try self.init(of: connection)
    }

    /// What is missing, altered or not of this program, as sentences.
    func differences(from expected: JournalSchema) -> [String] {
        let names = Set(expected.statements.keys).union(statements.keys)
        return names.sorted().compactMap { name in
            let (wanted, found) = (expected.statements[name], statements[name])
            if wanted == found { return nil }
            let word = found == nil ? "missing" : wanted == nil ? "unknown" : "altered"
            return "The schema's \(name) is \(word)."
        }
    }
}
