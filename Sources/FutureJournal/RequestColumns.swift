import FutureModel

/// The columns of `requests` that hold the options of a submit, in one order for writing and
/// reading. Queue, priority and key are in the hot row.
enum RequestColumns {
    static let names = """
        on_crash, max_crashes, on_shutdown, max_attempts, backoff_ms, max_backoff_ms, \
        time_limit_ms, grace_ms, run_at_ms, output_limit
        """

    /// For a query that calls `requests` r.
    static let qualifiedNames = names.split(separator: ",")
        .map { "r." + $0.drop(while: { $0 == " " }) }
        .joined(separator: ", ")

    static func bind(_ options: SubmitOptions, to statement: Statement) {
        statement
            .bind(options.onCrash.rawValue)
            .bind(options.maxCrashes)
            .bind(options.onShutdown.rawValue)
            .bind(options.retry.maxAttempts)
            .bind(options.retry.backoff.milliseconds)
            .bind(options.retry.maxBackoff.milliseconds)
            .bind(options.timeLimit?.milliseconds)
            .bind(options.grace.milliseconds)
            .bind(options.runAt?.milliseconds)
            .bind(options.outputLimit)
    }

    static func read(
        from row: Statement, queue: String, priority: Int, key: String?
    ) throws(QueueError) -> SubmitOptions {
        SubmitOptions(
            queue: queue, priority: priority, onCrash: try row.word(), maxCrashes: row.int(),
            onShutdown: try row.word(),
            retry: RetryPolicy(
                maxAttempts: row.int(), backoff: .milliseconds(row.integer()),
                maxBackoff: .milliseconds(row.integer())),
            timeLimit: row.optionalInteger().map { .milliseconds($0) },
            grace: .milliseconds(row.integer()), runAt: row.optionalMoment(), key: key,
            outputLimit: row.int())
    }
}
