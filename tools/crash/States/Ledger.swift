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
        /// Of the latest attempt that has ended.
        var output = CapturedOutput()
        /// Its latest attempt was told to stop.
        var cancelRequested = false

        static let new = Row(state: .pending, attempt: 0)

        var description: String {
            let streams = [output.stdout, output.stderr].map {
                "\($0.bytes.count)+\($0.droppedByteCount)"
            }
            return "\(state.rawValue) in attempt \(attempt), \(streams.joined(separator: " and ")) "
                + "bytes of output\(cancelRequested ? ", told to stop" : "")"
        }

        /// As it is once a claim has begun its next attempt.
        var claimed: Row { Row(state: .running, attempt: attempt + 1, output: output) }

        /// As it is once its running attempt has ended.
        func ended(_ outcome: RecordedOutcome?, _ output: CapturedOutput?) -> Row {
            Row(
                state: outcome?.state ?? .pending, attempt: attempt, outcome: outcome,
                output: output ?? CapturedOutput(), cancelRequested: cancelRequested)
        }
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

    /// What was told last of a future.
    func row(_ id: FutureID) throws -> Row {
        guard let row = state.withLock({ $0.rows[id] }) else {
            throw Failure("Nothing was told of future \(id).")
        }
        return row
    }

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
