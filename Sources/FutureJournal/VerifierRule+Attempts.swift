extension VerifierRule {
    /// What must agree between a future's row, its policies and its attempts.
    static let attempts = [
        VerifierRule(
            invariant: "I4", sentence: "It has made % attempts, and its start time says otherwise.",
            sql: """
                SELECT id, attempt FROM futures
                WHERE (attempt > 0) <> (started_at_ms IS NOT NULL) OR attempt < 0
                """),
        VerifierRule(
            invariant: "I4", sentence: "It is % without ever having run.",
            sql: """
                SELECT id, state FROM futures
                WHERE state IN ('running', 'succeeded', 'failed') AND attempt = 0
                """),
        VerifierRule(
            invariant: "I5", sentence: "Its earlier attempts are not all in its history: %.",
            sql: """
                SELECT f.id, f.state || ' in attempt ' || f.attempt || ', ' || count(a.number)
                    || ' recorded up to ' || coalesce(max(a.number), 0)
                FROM futures f LEFT JOIN attempts a ON a.future_id = f.id
                WHERE f.attempt > 0 GROUP BY f.id
                HAVING count(a.number) <> coalesce(max(a.number), 0) OR NOT CASE f.state
                    WHEN 'pending' THEN count(a.number) = f.attempt
                    WHEN 'cancelled' THEN count(a.number) IN (f.attempt - 1, f.attempt)
                    ELSE count(a.number) = f.attempt - 1 END
                """),
        VerifierRule(
            invariant: "I5", sentence: "Attempts are recorded that it has not made.",
            sql: """
                SELECT DISTINCT f.id FROM attempts a JOIN futures f ON f.id = a.future_id
                WHERE a.number > f.attempt
                """),
        VerifierRule(
            invariant: "I5", sentence: "What it was charged is not what its history says.",
            sql: """
                SELECT f.id FROM futures f LEFT JOIN attempts a ON a.future_id = f.id
                GROUP BY f.id
                HAVING f.errors <> count(iif(a.ending = 'failed', 1, NULL))
                    OR f.crashes > count(iif(a.ending = 'crashed', 1, NULL))
                    OR f.interruptions <> count(iif(a.ending = 'interrupted', 1, NULL))
                """),
        VerifierRule(
            invariant: "I5", sentence: "It has been tried more often than it may be: %.",
            sql: """
                SELECT f.id, f.errors || ' errors, ' || f.crashes || ' crashes'
                FROM futures f JOIN requests r ON r.future_id = f.id
                WHERE f.errors >= r.max_attempts OR f.crashes > r.max_crashes
                """),
        VerifierRule(
            invariant: "I7", sentence: "It ran again after attempt % crashed, against its policy.",
            sql: """
                SELECT a.future_id, a.number
                FROM attempts a JOIN requests r ON r.future_id = a.future_id
                WHERE a.ending = 'crashed' AND r.on_crash <> 'retry'
                """),
        VerifierRule(
            invariant: "I7", sentence: "Attempt % was recovered more than once.",
            sql: """
                SELECT future_id, attempt FROM events WHERE event = 'recovered'
                GROUP BY future_id, attempt HAVING count(*) > 1
                """),
        VerifierRule(
            invariant: "I7", sentence: "The recovery of attempt % is not what became of it.",
            sql: """
                SELECT e.future_id, e.attempt FROM events e JOIN futures f ON f.id = e.future_id
                LEFT JOIN attempts a ON a.future_id = e.future_id AND a.number = e.attempt
                WHERE e.event = 'recovered' AND NOT (e.detail IS a.ending)
                    AND NOT (e.detail = f.state AND e.attempt = f.attempt)
                """),
    ]

    /// What must agree between a future's row and what is kept beside it.
    static let records = [
        VerifierRule(
            invariant: "I2", sentence: "Its arguments are no JSON.",
            sql: "SELECT future_id FROM requests WHERE NOT json_valid(arguments)"),
        VerifierRule(
            invariant: "I2", sentence: "The % of its outcome is no JSON.",
            sql: """
                SELECT future_id, iif(value IS NULL, 'exception', 'value') FROM outcomes
                WHERE NOT json_valid(coalesce(value, payload, 'null'))
                """),
        VerifierRule(
            invariant: "I2", sentence: "The exception of attempt % is no JSON.",
            sql: """
                SELECT future_id, number FROM attempts
                WHERE NOT json_valid(coalesce(payload, 'null'))
                """),
        VerifierRule(
            invariant: "I4", sentence: "Its exception is that of attempt %, which did not end it.",
            sql: """
                SELECT f.id, o.attempt FROM outcomes o JOIN futures f ON f.id = o.future_id
                WHERE o.attempt IS NOT NULL AND o.attempt <> f.attempt
                """),
        VerifierRule(
            invariant: "I4", sentence: "The exception of attempt % names another one.",
            sql: """
                SELECT future_id, number FROM attempts
                WHERE attempt IS NOT NULL AND attempt <> number
                """),
        VerifierRule(
            invariant: "I4", sentence: "An output is kept of attempt %, which has not ended.",
            sql: """
                SELECT f.id, o.attempt FROM outputs o JOIN futures f ON f.id = o.future_id
                WHERE o.attempt > f.attempt OR (f.state = 'running' AND o.attempt = f.attempt)
                """),
        VerifierRule(
            invariant: "I4", sentence: "An event is of attempt %, which it has not made.",
            sql: """
                SELECT f.id, e.attempt FROM events e JOIN futures f ON f.id = e.future_id
                WHERE e.attempt > f.attempt
                """),
    ]
}
