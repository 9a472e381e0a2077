import FutureControl
import FutureModel

/// Says on stderr why what was just submitted will not run soon.
enum PendingNotes {
    /// The submit has taken effect: an error here is told, and does not take the place of that.
    static func write(
        _ futures: () async throws(QueueError) -> [(FutureID, String)],
        service: any FutureService, console: Console
    ) async {
        do throws(QueueError) {
            let futures = try await futures()
            // Whoever serves runs commands, so that a second request would tell nothing.
            let isServed = (service as? ControlClient)?.wasServed ?? false
            if isServed, futures.allSatisfy({ $0.1 == Command.taskName }) { return }
            write(futures, status: try await service.status(), console)
        } catch {
            console.note("queuectl: submitted; whether a daemon runs is unknown: \(error.message)")
        }
    }

    private static func write(
        _ futures: [(FutureID, String)], status: ServiceStatus, _ console: Console
    ) {
        switch status.phase {
        case .noOwner,
            // Another call of this program, for the moment of its own write.
            .unserved where status.owner?.program == Queuectl.programName:
            console.note(
                "no daemon is running: \(stay(futures.map(\.0))) pending until `queued` starts")
        case .serving:
            let known = Set(status.tasks).union([Command.taskName])
            let unknown = Dictionary(grouping: futures.filter { !known.contains($0.1) }, by: \.1)
            for (task, futures) in unknown.sorted(by: { $0.key < $1.key }) {
                console.note(
                    "no worker knows the task '\(task)': \(stay(futures.map(\.0))) pending")
            }
        case .shuttingDown, .unserved: break
        }
    }

    private static func stay(_ ids: [FutureID]) -> String {
        ids.count == 1 ? "future \(ids[0]) stays" : "\(ids.count) futures stay"
    }
}
