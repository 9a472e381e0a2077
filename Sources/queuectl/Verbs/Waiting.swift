import FutureModel

/// Waits for futures, for a time, without polling.
struct Waiting {
    let service: any FutureService
    let time: any TimeSource
    var timeout: Duration?

    /// What has ended, in order of ending; and of the others how they stand.
    struct Answer {
        var ended: [FutureSnapshot] = []
        var open: [FutureSnapshot] = []
        var timedOut = false
    }

    private enum Event: Sendable {
        case ended(FutureSnapshot)
        case timeout
    }

    /// Returns when all of `ids` have ended, `isEnough` says so of one that did, or the time is
    /// over. `onEnd` is called for each that has ended, with their count so far.
    func wait(
        for ids: [FutureID], isEnough: (FutureSnapshot) -> Bool = { _ in false },
        onEnd: (FutureSnapshot, Int) -> Void = { _, _ in }
    ) async throws(QueueError) -> Answer {
        var answer = Answer()
        let completions = try await service.completions(of: ids)
        let merged = MergedEvents<Event>()
        defer { merged.stop() }
        merged.add(completions, endsAll: true) { .ended($0) }
        let timer = timeout.map { time.schedule(after: $0) { merged.send(.timeout) } }
        defer { timer?.cancel() }
        do {
            events: for try await event in merged.events {
                switch event {
                case .timeout:
                    answer.timedOut = true
                    break events
                case .ended(let snapshot):
                    answer.ended.append(snapshot)
                    onEnd(snapshot, answer.ended.count)
                    if isEnough(snapshot) { break events }
                }
            }
        } catch {
            throw QueueError(wrapping: error)
        }
        try await addRest(of: ids, to: &answer, onEnd: onEnd)
        return answer
    }

    /// Those that were not heard of may have ended meanwhile: all of them beats the time-out.
    private func addRest(
        of ids: [FutureID], to answer: inout Answer, onEnd: (FutureSnapshot, Int) -> Void
    ) async throws(QueueError) {
        let heard = Set(answer.ended.map(\.id))
        let rest = ids.filter { !heard.contains($0) }
        if rest.isEmpty {
            answer.timedOut = false
            return
        }
        for record in try await service.records(rest) {
            if record.state.isTerminal {
                answer.ended.append(record.snapshot)
                onEnd(record.snapshot, answer.ended.count)
            } else {
                answer.open.append(record.snapshot)
            }
        }
        if answer.open.isEmpty { answer.timedOut = false }
    }
}
