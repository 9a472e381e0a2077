import FutureModel

/// What the writer keeps in memory of the queues, so that a claim asks only those that may have
/// something to claim. Rebuilt from the journal when it is opened.
struct QueueTable {
    struct Settings: Hashable {
        var isPaused = false
        /// `nil` is no limit of the queue's own.
        var maxRunning: Int?
    }

    private struct Lane {
        var settings: Settings
        var running = 0
        /// Pools for which it may hold claimable futures; emptied by a claim that found too few.
        var mayHave = Set(PoolKind.allCases)
    }

    private var lanes: [String: Lane] = [:]
    /// In order of their names; turns are taken along it.
    private var names: [String] = []
    /// Of each pool, the queue that was served last.
    private var lastServed: [PoolKind: String] = [:]

    func contains(_ queue: String) -> Bool { lanes[queue] != nil }

    mutating func add(_ queue: String, _ settings: Settings = Settings(), running: Int = 0) {
        guard lanes[queue] == nil else { return }
        lanes[queue] = Lane(settings: settings, running: running)
        names.append(queue)
        names.sort()
    }

    mutating func remove(_ queue: String) {
        lanes[queue] = nil
        names.removeAll { $0 == queue }
    }

    mutating func becameClaimable(_ queue: String, _ pool: PoolKind) {
        lanes[queue]?.mayHave.insert(pool)
    }

    mutating func foundEmpty(_ queue: String, _ pool: PoolKind) {
        lanes[queue]?.mayHave.remove(pool)
    }

    /// After a roll-back nothing is known to be empty.
    mutating func forgetEmptiness() {
        for name in names { lanes[name]?.mayHave = Set(PoolKind.allCases) }
    }

    mutating func changeRunning(_ queue: String, by difference: Int) {
        lanes[queue]?.running += difference
    }

    mutating func served(_ queue: String, _ pool: PoolKind) { lastServed[pool] = queue }

    func isPaused(_ queue: String) -> Bool { lanes[queue]?.settings.isPaused ?? true }

    /// How many more of `queue` may run; 0 if it is paused.
    func room(in queue: String) -> Int {
        guard let lane = lanes[queue], !lane.settings.isPaused else { return 0 }
        return lane.settings.maxRunning.map { max(0, $0 - lane.running) } ?? .max
    }

    /// The queues to ask for work for `pool`, the one whose turn it is first.
    func turns(for pool: PoolKind) -> [String] {
        let open = names.filter { name in
            lanes[name]?.mayHave.contains(pool) == true && room(in: name) > 0
        }
        guard let last = lastServed[pool],
            let next = open.firstIndex(where: { $0 > last })
        else { return open }
        return Array(open[next...] + open[..<next])
    }
}
