import Foundation
import FutureJournal
import FutureModel

/// Records what journals do to their disk, builds the states in which a crash could leave it,
/// and checks each.
struct StatesRun {
    let count: Int
    let seed: UInt64
    private(set) var violations: [String] = []
    private(set) var kept: [String] = []
    private var recordings = 0
    private var events = 0
    private var syncs = 0
    private var checkpoints = 0
    private var promises = 0
    private var checked = 0

    /// Of one recording.
    private static let statesOfOneRecording = 500
    private static let steps = 60
    /// As many states may be wrong before it gives up.
    private static let patience = 5

    init(count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
    }

    mutating func run() async throws {
        let directory = Self.directory
        while checked < count, kept.count < Self.patience {
            var random = SeededGenerator(seed &+ UInt64(recordings))
            let (events, ledger) = try await record(directory + "/recording", random.next())
            recordings += 1
            self.events += events.count
            for case .sync(let file) in events {
                syncs += 1
                if file == "journal.db" { checkpoints += 1 }
            }
            promises += ledger.requests.filter { $0.told != nil }.count
            violations += ledger.complaints
            if !ledger.complaints.isEmpty { break }
            let count = min(Self.statesOfOneRecording, count - checked)
            let states = CrashState.choose(count, of: events, &random)
            try await check(states, of: events, ledger, directory)
        }
        if kept.isEmpty { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// In memory where that is possible: what is synced there is of no interest.
    private static var directory: String {
        let memory = "/dev/shm"
        let place = access(memory, W_OK) == 0 ? memory : NSTemporaryDirectory()
        return "\(place)/crash-states-\(getpid())"
    }

    private func record(
        _ directory: String, _ seed: UInt64
    ) async throws -> ([DiskEvent], Ledger.State) {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let location = try JournalLocation(directory + "/journal.db")
        try DiskRecorder.start(location.path)
        var script = try await JournalScript(location, seed: seed)
        do {
            try await script.run(steps: Self.steps)
        } catch {
            script.ledger.complain("the script could not go on: \(error)")
        }
        return (DiskRecorder.stop(location.path), script.ledger.current)
    }

    private mutating func check(
        _ states: [CrashState], of events: [DiskEvent], _ ledger: Ledger.State,
        _ directory: String
    ) async throws {
        var disk = CrashDisk()
        var point = 0
        var running = 0
        try await withThrowingTaskGroup(of: (CrashState, String, [String]).self) { group in
            for (number, state) in states.enumerated() where kept.count < Self.patience {
                while point < state.point {
                    disk.take(events[point])
                    point += 1
                }
                let check = StateCheck(
                    image: disk.image(state.kept(of: disk.unsynced)),
                    expectation: Expectation(ledger, at: point),
                    directory: "\(directory)/\(recordings)-\(number)")
                if running == ProcessInfo.processInfo.activeProcessorCount + 1 {
                    if let result = try await group.next() { add(result) }
                    running -= 1
                }
                group.addTask { (state, check.directory, await check.run()) }
                running += 1
            }
            for try await result in group { add(result) }
        }
    }

    private mutating func add(_ result: (state: CrashState, directory: String, found: [String])) {
        checked += 1
        if result.found.isEmpty { return }
        let place = "in state \(checked), \(result.state.kind) after \(result.state.point) events"
        violations += result.found.map { "\($0) (\(place))" }
        kept.append(result.directory)
    }

    var summary: String {
        """
        \(checked) states of \(recordings) recordings (\(events) events, \(syncs) syncs, \
        \(checkpoints) checkpoints, \(promises) answers), \(violations.count) violations
        """
    }
}
