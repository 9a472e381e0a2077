import FutureModel

extension Connection {
    /// By id, newest first, without outputs.
    func list(_ filter: ListFilter) throws(QueueError) -> FutureList {
        guard (1...Limits.listCount).contains(filter.limit) else {
            throw QueueError(.badInput, "A list has 1 to \(Limits.listCount) rows.")
        }
        // One query for each source, which is an index in the order of ids or one that is small,
        // and then the newest of all: no OR that would hide a scan.
        var ids: [Int64] = []
        for source in try sources(Set(filter.states)) {
            ids += try newest(filter, source)
        }
        var futures: [FutureRecord] = []
        var unreadable: [UnreadableFuture] = []
        for id in ids.sorted(by: >).prefix(filter.limit).map(FutureID.init(rawValue:)) {
            do throws(QueueError) {
                if let record = try row(of: id) { futures.append(record) }
            } catch {
                // One that is damaged does not hide the others.
                guard error.code == .badJournal else { throw error }
                unreadable.append(UnreadableFuture(id: id, message: error.message))
            }
        }
        return FutureList(futures: futures, unreadable: unreadable)
    }

    /// Where to look for futures: a part of the table, and a condition.
    struct Source: Sendable {
        var table = "futures"
        /// The future's id, by which the table is walked backwards.
        var id = "id"
        var condition: String
    }

    /// By way of the outcomes, whose ids are those of futures that have ended: going back through
    /// all ids would meet every one that is pending.
    static let succeededSource = Source(
        table: "outcomes CROSS JOIN futures ON id = future_id", id: "future_id",
        condition: "outcomes.state = 'succeeded'")

    /// All that is pending, by what it waits for: each has an index of its own, which the planner
    /// would not choose for a list in the order of ids.
    static let pendingSources = [
        Source(
            table: "futures INDEXED BY futures_claimable",
            condition: "state = 'pending' AND hold IS NULL"),
        Source(table: "futures INDEXED BY futures_due", condition: "due_ms IS NOT NULL"),
        Source(table: "futures INDEXED BY futures_unknown", condition: "hold = 'unknown_task'"),
        Source(table: "futures INDEXED BY futures_dependent", condition: "hold = 'dependency'"),
    ]

    /// Sources that have no future in common, and that together mean `states`.
    private func sources(_ states: Set<FutureState>) throws(QueueError) -> [Source] {
        if states.isEmpty || states == Set(FutureState.allCases) {
            return [Source(condition: "true")]
        }
        var sources: [Source] = []
        for state in FutureState.allCases where states.contains(state) {
            if state == .pending, try isPendingRare() {
                sources += Self.pendingSources
            } else if state == .succeeded {
                sources.append(Self.succeededSource)
            } else {
                sources.append(Source(condition: "state = '\(state.rawValue)'"))
            }
        }
        return sources
    }

    /// Where few are pending their own indexes are the quick way; where many are, going back
    /// through the ids soon meets enough of them.
    private func isPendingRare() throws(QueueError) -> Bool {
        let total = try stats().total
        return total.pending * 10
            < total.running + total.succeeded + total.failed + total.cancelled
    }

    /// The newest of a source; ``newest(_:_:)`` binds.
    static func newestSQL(_ filter: ListFilter, _ source: Source) -> String {
        var sql = "SELECT \(source.id) FROM \(source.table) WHERE \(source.condition)"
        if filter.queue != nil { sql += " AND queue = ?" }
        if filter.task != nil { sql += " AND task = ?" }
        if filter.before != nil { sql += " AND \(source.id) < ?" }
        return sql + " ORDER BY \(source.id) DESC LIMIT ?"
    }

    private func newest(_ filter: ListFilter, _ source: Source) throws(QueueError) -> [Int64] {
        let statement = try statement(Self.newestSQL(filter, source))
        if let queue = filter.queue { statement.bind(queue) }
        if let task = filter.task { statement.bind(task) }
        if let before = filter.before { statement.bind(before.rawValue) }
        return try statement.bind(filter.limit).all { $0.integer() }
    }
}
