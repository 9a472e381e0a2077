import Foundation
package import FutureModel
import Synchronization

extension ControlClient: FutureService {
    /// Whether all that was asked of it was answered by an owner.
    package var wasServed: Bool { !hasStoodIn.load(ordering: .relaxed) }

    package func submit(_ submissions: [Submission]) async throws(QueueError) -> [FutureID] {
        try await unlessAway { () throws(QueueError) in
            try await self.reply(.init(.submit, SubmitBody(submissions: submissions))).ids()
        } standIn: { service throws(QueueError) in
            try await service.submit(submissions)
        }
    }

    /// Asks the owner; the stand-in where nobody answers, so that nothing has been asked yet.
    private func unlessAway<Value>(
        _ ask: () async throws(QueueError) -> Value,
        standIn act: (DetachedService) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        do { return try await ask() } catch {
            guard let standIn, error.code == .noOwner else { throw error }
            hasStoodIn.store(true, ordering: .relaxed)
            return try await act(standIn)
        }
    }

    package func records(_ ids: [FutureID]) async throws(QueueError) -> [FutureRecord] {
        try await read { () throws(QueueError) in
            let body: FuturesBody = try await self.ask(.init(.records, IDsBody(ids: ids)))
            return body.futures
        } journal: { journal throws(QueueError) in
            try await journal.records(ids)
        }
    }

    package func snapshots(_ ids: [FutureID]) async throws(QueueError) -> [FutureSnapshot] {
        try await read { () throws(QueueError) in
            let body: SnapshotsBody = try await self.ask(.init(.snapshots, IDsBody(ids: ids)))
            return body.snapshots
        } journal: { journal throws(QueueError) in
            try await journal.snapshots(ids)
        }
    }

    /// Asks the owner; the journal itself where that has gone meanwhile, as it may have since a
    /// stream told of an end.
    private func read<Value>(
        _ ask: () async throws(QueueError) -> Value,
        journal look: (any UnservedJournal) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        do { return try await ask() } catch {
            guard let journal, [.noOwner, .ownerLost, .shutDown].contains(error.code) else {
                throw error
            }
            return try await look(journal)
        }
    }

    package func completions(of ids: [FutureID]) async throws(QueueError) -> Completions {
        let follower = OwnerFollower(socketPath: socketPath, journal: journal)
        let first = try await follower.begin(
            socket: { () throws(QueueError) in try await follower.subscribe(to: ids) },
            journal: { journal throws(QueueError) in _ = try await journal.snapshots(ids) })
        return follower.completions(of: ids, first: first)
    }

    package func cancel(
        _ ids: [FutureID], _ request: CancelRequest
    ) async throws(QueueError) -> [CancelAnswer] {
        try await unlessAway { () throws(QueueError) in
            let body: CancelAnswersBody = try await self.ask(
                .init(.cancel, CancelBody(ids: ids, request)))
            return body.answers
        } standIn: { service throws(QueueError) in
            try await service.cancel(ids, request)
        }
    }

    package func retry(_ ids: [FutureID]) async throws(QueueError) -> [FutureID] {
        try await unlessAway { () throws(QueueError) in
            let body: IDsBody = try await self.ask(.init(.retry, IDsBody(ids: ids)))
            return body.ids
        } standIn: { service throws(QueueError) in
            try await service.retry(ids)
        }
    }

    package func list(_ filter: ListFilter) async throws(QueueError) -> FutureList {
        try await unlessAway { () throws(QueueError) in
            try await self.ask(ControlRequest(.list, query: filter.query))
        } standIn: { service throws(QueueError) in
            try await service.list(filter)
        }
    }

    package func history(_ id: FutureID) async throws(QueueError) -> [HistoryEntry] {
        try await unlessAway { () throws(QueueError) in
            let body: HistoryBody = try await self.ask(ControlRequest(.history, id: id))
            return body.history
        } standIn: { service throws(QueueError) in
            try await service.history(id)
        }
    }

    package func output(_ id: FutureID) async throws(QueueError) -> CapturedOutput {
        try await read { () throws(QueueError) in
            try await self.ask(ControlRequest(.output, id: id))
        } journal: { journal throws(QueueError) in
            try await journal.output(id)
        }
    }

    package func followOutput(_ id: FutureID) async throws(QueueError) -> OutputChunks {
        let follower = OwnerFollower(socketPath: socketPath, journal: journal)
        let first = try await follower.begin(
            socket: { () throws(QueueError) in try await follower.openOutput(of: id) },
            journal: { journal throws(QueueError) in _ = try await journal.record(id) })
        return follower.output(of: id, first: first)
    }

    package func stats() async throws(QueueError) -> QueueStats {
        try await unlessAway { () throws(QueueError) in
            try await self.ask(ControlRequest(.stats))
        } standIn: { service throws(QueueError) in
            try await service.stats()
        }
    }

    package func status() async throws(QueueError) -> ServiceStatus {
        try await unlessAway { () throws(QueueError) in
            try await self.ask(ControlRequest(.status))
        } standIn: { service throws(QueueError) in
            try await service.status()
        }
    }

    package func planShutdown(
        _ request: ShutdownRequest
    ) async throws(QueueError) -> ShutdownPlan {
        try await unlessAway { () throws(QueueError) in
            try await self.ask(.init(.planShutdown, ShutdownBody(request)))
        } standIn: { service throws(QueueError) in
            try await service.planShutdown(request)
        }
    }

    package func shutdown(_ request: ShutdownRequest) async throws(QueueError) {
        try await unlessAway { () throws(QueueError) in
            let reply = try await self.reply(.init(.shutdown, ShutdownBody(request)))
            if let error = reply.error { throw error }
        } standIn: { service throws(QueueError) in
            try await service.shutdown(request)
        }
    }
}
