import FutureMigrations
import FutureModel

/// Brings a journal's schema to this program's version, or refuses it before any write.
struct MigrationRunner {
    static let newestVersion = Migration.all.last?.version ?? 0

    var path: String
    var migrations = Migration.all

    /// Throws `journalVersion` for a newer schema or an altered migration, `badJournal` for a
    /// database that is not a journal. Reads only.
    @discardableResult
    func check(
        _ connection: Connection, withSchema: Bool = false
    ) throws(QueueError) -> Int {
        let id = try connection.statement("PRAGMA application_id").first { $0.int() }
        guard id == Int(JournalHeader.applicationID) else {
            throw QueueError(.badJournal, "\(path) is the database of another program.")
        }
        let version = try connection.statement("PRAGMA user_version").first { $0.int() } ?? 0
        if version > migrations.count { throw .newer(path, version: version) }
        if withSchema { try checkSchema(connection, version) }
        let applied = try connection.statement(
            "SELECT version, name, checksum FROM migrations ORDER BY version"
        ).all { row in (version: row.int(), name: row.text(), checksum: row.text()) }
        guard applied.map(\.version) == Array(1...max(1, version)) else {
            throw QueueError(.badJournal, "The journal \(path) has lost track of its migrations.")
        }
        for (step, migration) in zip(applied, migrations)
        where step.checksum != migration.checksum {
            throw QueueError(
                .journalVersion,
                "The journal \(path) was made with another form of the migration "
                    + "\(step.name) than this program has.")
        }
        return version
    }

    private func checkSchema(_ connection: Connection, _ version: Int) throws(QueueError) {
        let schema = try JournalSchema(of: connection)
        let expected = try JournalSchema(after: migrations.prefix(version))
        if let difference = schema.differences(from: expected).first {
            throw QueueError(
                .badJournal,
                "The journal \(path) is not as this program makes it; it was left as it is. "
                    + difference)
        }
    }

    /// Applies what is missing after `version`, all in one transaction.
    func migrate(
        _ connection: Connection, from version: Int, at moment: Timestamp
    ) throws(QueueError) {
        let missing = migrations.dropFirst(version)
        if missing.isEmpty { return }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            for migration in missing {
                try connection.execute(migration.sql)
                try connection.statement(
                    """
                    INSERT INTO migrations (version, name, checksum, applied_at_ms)
                    VALUES (?, ?, ?, ?)
                    """
                ).bind(migration.version).bind(migration.name).bind(migration.checksum)
                    .bind(moment.milliseconds).run()
            }
            if version == 0 { try begin(connection, at: moment) }
            try connection.execute("PRAGMA user_version = \(migrations.count)")
            try connection.execute("COMMIT")
        } catch {
            // A full or failing disk has rolled it back already.
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    private func begin(_ connection: Connection, at moment: Timestamp) throws(QueueError) {
        try connection.execute("PRAGMA application_id = \(JournalHeader.applicationID)")
        try connection.statement(
            """
            INSERT INTO journal (singleton, identity, created_at_ms)
            VALUES (1, lower(hex(randomblob(16))), ?)
            """
        ).bind(moment.milliseconds).run()
    }
}
