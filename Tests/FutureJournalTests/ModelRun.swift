import FutureJournal
import FutureModel
import TestSupport

/// A journal and its model, taken through the same steps.
struct ModelRun {
    private let place: TemporaryJournal
    private let time = ManualTime()
    private var subject: JournalUnderTest
    private var model = JournalModel()

    init() async throws {
        place = try TemporaryJournal()
        subject = JournalUnderTest(journal: try await place.open(time: time), time: time)
    }

    /// Where journal and model first differ, or `nil`.
    static func difference(after steps: [ModelStep]) async throws -> String? {
        var run = try await ModelRun()
        for (index, step) in steps.enumerated() {
            var difference = try await run.take(step)
            if difference == nil, index % 4 == 3 || index == steps.count - 1 {
                difference = try await run.compare(isThorough: index % 40 == 39)
            }
            if let difference {
                await run.subject.journal.close()
                return "step \(index), \(step): \(difference)"
            }
        }
        let difference = try await run.compare(isThorough: true)
        await run.subject.journal.close()
        return difference
    }

    private func compare(isThorough: Bool) async throws -> String? {
        let filter = ListFilter(limit: Limits.listCount)
        let records = try await subject.journal.list(filter).futures.reversed()
        if records.count != model.futures.count { return "\(records.count) futures" }
        for (index, record) in records.enumerated() {
            if let difference = model.difference(at: index, from: record) { return difference }
        }
        guard isThorough else { return nil }
        let reader = try JournalReader.open(place.location)
        defer { reader.close() }
        return try await reader.verify().violations.first.map { "\($0)" }
    }

    private mutating func take(_ step: ModelStep) async throws -> String? {
        switch step {
        case .submit(let works): return try await submit(works)
        case .claim(let pool, let limit): return try await claim(pool, limit)
        case .settle(let number, let outcome, let isStale):
            return try await settle(number, outcome, isStale)
        case .requeue(let number, let cause, let delay, let isStale):
            return try await requeue(number, cause, delay, isStale)
        case .cancelPending(let numbers): return try await cancel(numbers)
        case .cancelAllPending:
            let count = try await subject.journal.cancelAllPending(reason: "r")
            let pending = model.futures.indices.filter { model.futures[$0].state == .pending }
            for place in pending { model.end(place, .cancelled) }
            return count == pending.count ? nil : "cancelled \(count) of \(pending.count)"
        case .retry(let number): return try await retry(number)
        case .recoverAll: return try await recover()
        case .requestCancel(let number):
            guard let place = model.place(number) else { return nil }
            try await subject.journal.note(
                "cancel_requested", of: model.id(place), detail: nil)
            if model.futures[place].state == .running {
                model.futures[place].cancelRequested = true
            }
            return nil
        case .advance(let seconds):
            time.advance(by: .seconds(seconds))
            _ = try await subject.journal.releaseDue(time.now())
            model.release(dueBy: time.now())
            return nil
        case .learnTask:
            model.learn(now: time.now())
            try await subject.journal.releaseKnown(model.routes)
            return nil
        case .reopen:
            await subject.journal.close()
            subject = JournalUnderTest(journal: try await place.open(time: time), time: time)
            return nil
        }
    }

    private mutating func submit(_ works: [ModelSubmission]) async throws -> String? {
        let now = time.now()
        let submissions = try works.map { work -> Submission in
            var options = SubmitOptions(queue: work.queue, priority: work.priority)
            options.retry.maxAttempts = 1_000_000
            options.maxCrashes = 1000
            options.key = work.key.map { "key \($0)" }
            options.runAt = work.runIn.map { now + .seconds($0) }
            if work.task == Command.taskName {
                return try Submission(Command(["\(work.argument)"]), options: options)
            }
            return Submission(
                task: work.task, arguments: Payload(json: "[\(work.argument)]"), options: options)
        }
        let expected = model.submit(works, now: now)
        do {
            let ids = try await subject.journal.submit(submissions, routes: model.routes)
            return ids == expected ? nil : "\(ids) instead of \(expected ?? [])"
        } catch {
            return expected == nil && error.code == .duplicateKey ? nil : "\(error)"
        }
    }

    private mutating func claim(_ pool: PoolKind, _ limit: Int) async throws -> String? {
        let lanes = ["a", "b"].map { ($0, model.claimable(pool, $0)) }
        let claimed = try await subject.claim(pool, limit: limit, routes: model.routes)
        let count = lanes.map(\.1.count).reduce(0, +)
        if claimed.count != min(limit, count) { return "\(claimed.count) of \(count) claimed" }
        for (queue, waiting) in lanes {
            let taken = claimed.filter { $0.options.queue == queue }.map(\.id.future)
            if taken != waiting.prefix(taken.count).map(model.id) {
                return "of \(queue) were claimed \(taken) before \(waiting)"
            }
        }
        for attempt in claimed {
            let place = Int(attempt.id.future.rawValue) - 1
            model.futures[place].state = .running
            model.futures[place].attempt += 1
            model.futures[place].token = attempt.id.token
            model.futures[place].cancelRequested = false
            if attempt.id.number != model.futures[place].attempt { return "\(attempt.id)" }
        }
        return nil
    }

    /// The attempt to report, and whether the journal is to take the report.
    private func attempt(_ number: Int, _ isStale: Bool) -> (AttemptID, place: Int, Bool)? {
        // Mostly one that runs.
        let running = model.futures.indices.filter { model.futures[$0].token != nil }
        guard let place = running.isEmpty ? model.place(number) : running[number % running.count]
        else { return nil }
        let future = model.futures[place]
        let token =
            isStale ? future.oldTokens.last ?? 7 : future.token ?? future.oldTokens.last ?? 7
        let id = AttemptID(future: model.id(place), number: future.attempt, token: token)
        return (id, place, future.token != nil && future.token == token)
    }

    private mutating func settle(
        _ number: Int, _ outcome: ModelOutcome, _ isStale: Bool
    ) async throws -> String? {
        guard let (id, place, isTaken) = attempt(number, isStale) else { return nil }
        let recorded: RecordedOutcome =
            switch outcome {
            case .succeeded: .succeeded(.null)
            case .failed: .failed(TaskFailure(type: "T", message: "m"))
            case .cancelled: .cancelled(reason: "r")
            }
        let answer = await answer { try await subject.settle(id, recorded) }
        if isTaken { model.end(place, recorded.state) }
        return answer == (isTaken ? nil : .attemptSuperseded) ? nil : "answered \(answer as Any)"
    }

    private mutating func requeue(
        _ number: Int, _ cause: ModelCause, _ delay: Int, _ isStale: Bool
    ) async throws -> String? {
        guard let (id, place, isTaken) = attempt(number, isStale) else { return nil }
        let failure = TaskFailure(type: "T", message: "m")
        let recorded: RequeueCause =
            switch cause {
            case .error: .error(failure)
            case .crash: .crash(failure, charged: true)
            case .unchargedCrash: .crash(failure, charged: false)
            case .interruption: .interruption
            }
        let moment = delay < 0 ? nil : time.now() + .seconds(delay)
        let answer = await answer {
            try await subject.requeue(id, recorded, notBefore: moment)
        }
        if isTaken { model.requeue(place, cause, until: moment, now: time.now()) }
        return answer == (isTaken ? nil : .attemptSuperseded) ? nil : "answered \(answer as Any)"
    }

    private func answer(_ body: () async throws -> Void) async -> QueueError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? QueueError)?.code ?? .badInput
        }
    }

    private mutating func cancel(_ numbers: [Int]) async throws -> String? {
        let places = numbers.compactMap(model.place)
        let found = try await subject.journal.cancelPending(places.map(model.id), reason: "r")
        for (place, state) in zip(places, found) {
            if model.futures[place].state != state { return "found \(state) at \(place)" }
            if state == .pending { model.end(place, .cancelled) }
        }
        return nil
    }

    private mutating func retry(_ number: Int) async throws -> String? {
        guard let place = model.place(number) else { return nil }
        let future = model.futures[place]
        do {
            let ids = try await subject.journal.retry([model.id(place)], routes: model.routes)
            guard future.state.isTerminal else { return "repeated what has not ended" }
            let isNext = ids == [model.id(model.futures.count)]
            var work = future.work
            work.key = nil
            model.add(work, runAt: future.runAt, retryOf: model.id(place), now: time.now())
            return isNext ? nil : "\(ids)"
        } catch {
            return !future.state.isTerminal && error.code == .badInput ? nil : "\(error)"
        }
    }

    private mutating func recover() async throws -> String? {
        let abandoned = try await subject.journal.abandonedAttempts()
        let running = model.futures.indices.filter { model.futures[$0].state == .running }
        if abandoned.map(\.id.future) != running.map(model.id) { return "\(abandoned.map(\.id))" }
        let failure = TaskFailure(type: TaskFailure.workerDied, message: "m")
        let count = try await subject.journal.recover(
            abandoned.map { ($0.id, .requeue(.crash(failure, charged: true), delay: .zero)) })
        for place in running { model.requeue(place, .crash, until: nil, now: time.now()) }
        return count == running.count ? nil : "\(count) of \(running.count) recovered"
    }
}
