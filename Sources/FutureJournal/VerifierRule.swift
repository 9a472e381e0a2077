/// Something that is true of every healthy journal, and the query that finds where it is not.
struct VerifierRule: Sendable {
    /// Its name in the list of invariants.
    let invariant: String
    /// What is wrong where the query finds a row. `%` stands for the query's second column.
    let sentence: String
    /// The future, or NULL; then anything worth telling.
    let sql: String
}

extension VerifierRule {
    static let all = structure + states + attempts + records

    /// What the file itself must be.
    private static let structure = [
        VerifierRule(
            invariant: "I13", sentence: "The database is damaged: %.",
            sql: """
                SELECT NULL, integrity_check FROM pragma_integrity_check
                WHERE integrity_check <> 'ok'
                """),
        VerifierRule(
            invariant: "I2", sentence: "It belongs to a future that is not there: %.",
            sql: """
                SELECT NULL, "table" || ' row ' || coalesce(rowid, '?') || ' points to ' || parent
                FROM pragma_foreign_key_check
                """),
        VerifierRule(
            invariant: "I11", sentence: "Its id is above the last one given, which is %.",
            sql: """
                SELECT f.id, s.seq FROM futures f
                LEFT JOIN sqlite_sequence s ON s.name = 'futures' WHERE f.id > coalesce(s.seq, 0)
                """),
        VerifierRule(
            invariant: "I11", sentence: "An id is not a positive number.",
            sql: "SELECT id FROM futures WHERE id < 1"),
        VerifierRule(
            invariant: "I11", sentence: "It repeats a future that came after it, %.",
            sql: "SELECT id, retry_of FROM futures WHERE retry_of >= id"),
        VerifierRule(
            invariant: "I2", sentence: "Several futures have the key '%'.",
            sql: """
                SELECT min(id), key FROM futures WHERE key IS NOT NULL
                GROUP BY key HAVING count(*) > 1
                """),
        VerifierRule(
            invariant: "I2", sentence: "What was asked for is missing.",
            sql: """
                SELECT id FROM futures f
                WHERE NOT EXISTS (SELECT 1 FROM requests WHERE future_id = f.id)
                """),
        VerifierRule(
            invariant: "I2", sentence: "Its queue '%' is missing.",
            sql: """
                SELECT min(id), queue FROM futures
                WHERE queue NOT IN (SELECT name FROM queues) GROUP BY queue
                """),
        VerifierRule(
            invariant: "I4", sentence: "The count of % is not what counting gives.",
            sql: """
                SELECT NULL, queue || ' ' || state FROM (
                    SELECT queue, state, count FROM counts
                    UNION ALL SELECT queue, state, -count(*) FROM futures GROUP BY queue, state)
                GROUP BY queue, state HAVING sum(count) <> 0
                """),
    ]

    /// What a future's row must be in each state.
    private static let states = [
        VerifierRule(
            invariant: "I3", sentence: "It is % and has no finish time.",
            sql: """
                SELECT id, state FROM futures
                WHERE state IN ('succeeded', 'failed', 'cancelled') AND finished_at_ms IS NULL
                """),
        VerifierRule(
            invariant: "I3", sentence: "It has ended, and its outcome is missing or another: %.",
            sql: """
                SELECT f.id, f.state || ', not ' || coalesce(o.state, 'recorded')
                FROM futures f LEFT JOIN outcomes o ON o.future_id = f.id
                WHERE f.state IN ('succeeded', 'failed', 'cancelled') AND o.state IS NOT f.state
                """),
        VerifierRule(
            invariant: "I3", sentence: "It is % and has an outcome already.",
            sql: """
                SELECT f.id, f.state FROM outcomes o JOIN futures f ON f.id = o.future_id
                WHERE f.state IN ('pending', 'running')
                """),
        VerifierRule(
            invariant: "I3", sentence: "It is % and has a finish time already.",
            sql: """
                SELECT id, state FROM futures
                WHERE state IN ('pending', 'running') AND finished_at_ms IS NOT NULL
                """),
        VerifierRule(
            invariant: "I3", sentence: "Its outcome does not say how it %.",
            sql: """
                SELECT future_id, state FROM outcomes
                WHERE (state = 'succeeded') <> (value IS NOT NULL)
                    OR (state = 'failed') <> (type IS NOT NULL AND message IS NOT NULL)
                    OR (state = 'cancelled') <> (reason IS NOT NULL)
                """),
        VerifierRule(
            invariant: "I5", sentence: "It is % with a token that says otherwise.",
            sql: """
                SELECT id, state FROM futures WHERE (state = 'running') <> (token IS NOT NULL)
                """),
        VerifierRule(
            invariant: "I5", sentence: "It runs in no pool.",
            sql: "SELECT id FROM futures WHERE state = 'running' AND pool IS NULL"),
        VerifierRule(
            invariant: "I4", sentence: "It is % and is held back.",
            sql: "SELECT id, state FROM futures WHERE state <> 'pending' AND hold IS NOT NULL"),
        VerifierRule(
            invariant: "I4", sentence: "Its hold % does not agree with the time it waits for.",
            sql: """
                SELECT f.id, coalesce(f.hold, 'nothing')
                FROM futures f LEFT JOIN requests r ON r.future_id = f.id
                WHERE (coalesce(f.hold, '') IN ('run_at', 'retry')) <> (f.due_ms IS NOT NULL)
                    OR (f.hold = 'run_at' AND f.due_ms IS NOT r.run_at_ms)
                    OR (f.hold = 'retry' AND f.attempt = 0)
                """),
        VerifierRule(
            invariant: "I4", sentence: "It could be claimed, and no pool would take it.",
            sql: """
                SELECT id FROM futures
                WHERE state = 'pending' AND pool IS NULL AND hold IS NOT 'unknown_task'
                """),
        VerifierRule(
            invariant: "I4", sentence: "It is held for another future and depends on none.",
            sql: """
                SELECT id FROM futures f WHERE hold = 'dependency'
                    AND NOT EXISTS (SELECT 1 FROM dependencies WHERE future_id = f.id)
                """),
        VerifierRule(
            invariant: "I4", sentence: "It is a % of another pool than its task's.",
            sql: """
                SELECT id, task FROM futures
                WHERE pool IS NOT NULL AND (task = 'command') <> (pool = 'command')
                """),
    ]
}
