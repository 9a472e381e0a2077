import FutureModel
import Synchronization

/// What was asked of a journal and what it has answered, each with its place among the events of
/// the disk.
final class Ledger: Sendable {
    /// What a future's row must say.
    struct Row: Sendable, Hashable, CustomStringConvertible {
        var state: FutureState
        var attempt: Int
        /// Of one that has ended.
        var outcome: RecordedOutcome?

        var description: String { "\(state.rawValue) in attempt \(attempt)" }
    }

    enum Effect: Sendable {
        /// New futures, known by their serial numbers: all of them or none.
        case submit([Int])
        case retry(FutureID)
        /// Any of the pending ones begins its next attempt.
        case claim
        case become([FutureID: Row])
    }

    struct Request: Sendable {
        var effect: Effect
        var asked: Int
        var told: Int?
        /// What the answer says of each future.
        var rows: [FutureID: Row] = [:]
    }

    struct State: Sendable {
        var requests: [Request] = []
        /// What has been told last.
        var rows: [FutureID: Row] = [:]
        var serials: [FutureID: Int] = [:]
        var complaints: [String] = []
    }

    private let state = Mutex(State())

    var current: State { state.withLock { $0 } }

    /// The number of the request, for its answer.
    func ask(_ effect: Effect) -> Int {
        let place = DiskRecorder.mark()
        return state.withLock { state in
            state.requests.append(Request(effect: effect, asked: place))
            return state.requests.count - 1
        }
    }

    /// Called where the answer arrives, before anything else is done with it.
    func tell(_ number: Int, _ rows: [FutureID: Row]) {
        let place = DiskRecorder.mark()
        state.withLock { state in
            state.requests[number].told = place
            state.requests[number].rows = rows
            state.rows.merge(rows) { $1 }
        }
    }

    /// Futures under these ids carry these numbers.
    func name(_ ids: [FutureID], _ serials: [Int]) {
        state.withLock { state in
            for (id, serial) in zip(ids, serials) {
                if let other = state.serials.updateValue(serial, forKey: id), other != serial {
                    state.complaints.append(
                        "I11: submissions \(other) and \(serial) are both future \(id)")
                }
            }
        }
    }

    func complain(_ text: String) { state.withLock { $0.complaints.append(text) } }
}
