import FutureModel
import TestSupport

/// What a journal is to hold, in the plainest form there is.
struct JournalModel {
    struct Future: Hashable {
        var work: ModelSubmission
        var pool: PoolKind?
        var state = FutureState.pending
        var hold: Hold?
        var attempt = 0
        /// The token of the running attempt, and of those before it.
        var token: Int64?
        var oldTokens: [Int64] = []
        var charges = Charges()
        var runAt: Timestamp?
        var cancelRequested = false
        var retryOf: FutureID?
    }

    var futures: [Future] = []
    var keys: [Int: Int] = [:]
    var knowsLate = false

    var routes: TaskRoutes {
        var routes = JournalUnderTest.routes
        if knowsLate { routes.tasks["late"] = .thread }
        return routes
    }

    func place(_ number: Int) -> Int? { futures.isEmpty ? nil : number % futures.count }
    func id(_ place: Int) -> FutureID { FutureID(rawValue: Int64(place + 1)) }

    func claimable(_ pool: PoolKind, _ queue: String) -> [Int] {
        futures.indices.filter {
            futures[$0].state == .pending && futures[$0].hold == nil && futures[$0].pool == pool
                && futures[$0].work.queue == queue
        }.sorted {
            (-futures[$0].work.priority, $0) < (-futures[$1].work.priority, $1)
        }
    }

    /// The ids to be expected, or `nil` for a refusal of all.
    mutating func submit(_ works: [ModelSubmission], now: Timestamp) -> [FutureID]? {
        var changed = self
        var ids: [FutureID] = []
        for work in works {
            if let key = work.key, let known = changed.keys[key] {
                let other = changed.futures[known].work
                guard (other.task, other.argument) == (work.task, work.argument) else { return nil }
                ids.append(id(known))
                continue
            }
            if let key = work.key { changed.keys[key] = changed.futures.count }
            ids.append(id(changed.futures.count))
            let runAt = work.runIn.map { now + .seconds($0) }
            changed.add(work, runAt: runAt, now: now)
        }
        self = changed
        return ids
    }

    mutating func add(
        _ work: ModelSubmission, runAt: Timestamp?, retryOf: FutureID? = nil, now: Timestamp
    ) {
        var future = Future(work: work, pool: routes.pool(for: work.task, requested: nil))
        future.runAt = runAt
        future.retryOf = retryOf
        if future.pool == nil {
            future.hold = .unknownTask
        } else if let runAt, runAt > now {
            future.hold = .runAt
        }
        futures.append(future)
    }

    mutating func requeue(
        _ place: Int, _ cause: ModelCause, until moment: Timestamp?, now: Timestamp
    ) {
        futures[place].state = .pending
        if let token = futures[place].token { futures[place].oldTokens.append(token) }
        futures[place].token = nil
        switch cause {
        case .error: futures[place].charges.errors += 1
        case .crash: futures[place].charges.crashes += 1
        case .unchargedCrash: break
        case .interruption: futures[place].charges.interruptions += 1
        }
        if let moment, moment > now { futures[place].hold = .retry(moment) }
    }

    mutating func end(_ place: Int, _ state: FutureState) {
        if let token = futures[place].token { futures[place].oldTokens.append(token) }
        futures[place].token = nil
        futures[place].hold = nil
        futures[place].state = state
    }

    mutating func release(dueBy now: Timestamp) {
        for place in futures.indices {
            switch futures[place].hold {
            case .retry(let moment)? where moment <= now: futures[place].hold = nil
            case .runAt? where (futures[place].runAt ?? now) <= now: futures[place].hold = nil
            default: break
            }
        }
    }

    mutating func learn(now: Timestamp) {
        knowsLate = true
        for place in futures.indices where futures[place].hold == .unknownTask {
            futures[place].pool = .thread
            let isEarly = (futures[place].runAt ?? now) > now
            futures[place].hold = isEarly ? .runAt : nil
        }
    }

    /// Where `record` is another than the model's, in words.
    func difference(at place: Int, from record: FutureRecord) -> String? {
        let future = futures[place]
        let expected: [String] = [
            "\(id(place))", future.state.rawValue, "\(future.hold?.name ?? "-")",
            "\(future.attempt)", "\(future.charges)", "\(future.pool?.rawValue ?? "-")",
            "\(future.retryOf?.description ?? "-")", "\(future.state.isTerminal)",
            future.state == .running ? "\(future.cancelRequested)" : "",
        ]
        let actual: [String] = [
            "\(record.id)", record.state.rawValue, "\(record.hold?.name ?? "-")",
            "\(record.attempt)", "\(record.charges)", "\(record.pool?.rawValue ?? "-")",
            "\(record.retryOf?.description ?? "-")", "\(record.outcome != nil)",
            record.state == .running ? "\(record.cancelRequested)" : "",
        ]
        return expected == actual ? nil : "\(expected) is \(actual)"
    }
}
