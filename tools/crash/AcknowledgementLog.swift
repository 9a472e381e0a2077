import Foundation
import FutureModel
import Synchronization

/// What the client was told, and what it saw: kept outside of the system that is tested.
final class AcknowledgementLog: Sendable {
    struct State: Sendable {
        /// The id under which each submission was acknowledged.
        var acknowledged: [Int: FutureID] = [:]
        /// Submissions of one request that was not answered: all of it or nothing is there.
        var unanswered: [[Int]] = []
        /// The keys of submissions, by serial number.
        var keyed: [Int: Submission] = [:]
        var answers: [CancelAnswer] = []
        var outcomes: [FutureID: FutureSnapshot] = [:]
        /// What this run has seen to be wrong by itself.
        var complaints: [String] = []
        var workerKills = 0
        var commandKills = 0
        var tally = Tally()
        /// When the first client of this life was connected.
        var servedAt: ContinuousClock.Instant?

        /// What was asked for so far.
        struct Tally: Sendable {
            var acknowledged = 0
            var cancels = 0
            var waits = 0
        }
    }

    let state = Mutex(State())
    private let file: Int32

    init(path: String) { file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600) }

    deinit { close(file) }

    /// All there is of it so far.
    var current: State { state.withLock { $0 } }

    var tally: State.Tally { state.withLock { $0.tally } }

    func note(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(file, line, line.count)
    }

    func acknowledge(_ serials: [Int], _ ids: [FutureID]) {
        note("ack \(zip(serials, ids).map { "\($0)=\($1)" }.joined(separator: " "))")
        state.withLock { state in
            state.tally.acknowledged += ids.count
            for (serial, id) in zip(serials, ids) {
                if let known = state.acknowledged[serial], known != id {
                    state.complaints.append(
                        "I2: submission \(serial) was acknowledged as \(known), then as \(id)")
                }
                state.acknowledged[serial] = id
            }
        }
    }

    func lost(_ serials: [Int]) {
        note("lost \(serials)")
        state.withLock { $0.unanswered.append(serials) }
    }

    func cancelled(_ answers: [CancelAnswer]) {
        for answer in answers { note("cancel \(answer.id) \(answer.kind) \(answer.state)") }
        state.withLock {
            $0.answers += answers
            $0.tally.cancels += answers.count
        }
    }

    func saw(_ snapshot: FutureSnapshot) {
        note("saw \(snapshot.id) \(snapshot.state)")
        state.withLock { state in
            if let known = state.outcomes[snapshot.id], known != snapshot {
                state.complaints.append("I3: future \(snapshot.id) was seen with two outcomes")
            }
            state.outcomes[snapshot.id] = snapshot
        }
    }
}
