/// A way in which a crash could leave the disk, to be made from a recording.
struct CrashState: Sendable, Hashable {
    enum Kind: CaseIterable {
        /// The disk got all that it was given, as when only the process dies.
        case all
        /// It got nothing that it was not told to sync.
        case syncedOnly
        case oneMissing
        case someMissing
        /// Some writes are missing, and of one only some sectors arrived.
        case torn512
        /// As that, in pages of a file system.
        case torn4096
    }

    /// How many events had happened.
    let point: Int
    let kind: Kind
    let seed: UInt64

    /// Of what was not synced, that which the disk got.
    func kept(of unsynced: [DiskEvent]) -> [DiskEvent] {
        var random = SeededGenerator(seed)
        switch kind {
        case .all: return unsynced
        case .syncedOnly: return []
        case .oneMissing:
            var kept = unsynced
            if !kept.isEmpty { kept.remove(at: random.number(0...(kept.count - 1))) }
            return kept
        case .someMissing: return unsynced.filter { _ in random.chance(60) }
        case .torn512: return torn(unsynced, 512, &random)
        case .torn4096: return torn(unsynced, 4096, &random)
        }
    }

    private func torn(
        _ unsynced: [DiskEvent], _ blockSize: Int, _ random: inout SeededGenerator
    ) -> [DiskEvent] {
        let writes = unsynced.indices.filter { index in
            if case .write(_, _, let bytes) = unsynced[index] { bytes.count > 512 } else { false }
        }
        guard !writes.isEmpty else { return unsynced.filter { _ in random.chance(60) } }
        // Mostly the last, which is the one that the disk was at.
        let target = random.chance(50) ? writes[writes.count - 1] : random.pick(writes)
        return unsynced.indices.flatMap { index -> [DiskEvent] in
            if index == target { return unsynced[index].torn(blockSize, &random) }
            return index < target || random.chance(40) ? [unsynced[index]] : []
        }
    }

    /// `count` states of a recording, by their points: each kind as often as the others, at
    /// points where there is something that could be lost.
    static func choose(
        _ count: Int, of events: [DiskEvent], _ random: inout SeededGenerator
    ) -> [CrashState] {
        var disk = CrashDisk()
        var open: [Int] = []
        for (index, event) in events.enumerated() {
            disk.take(event)
            if !disk.unsynced.isEmpty { open.append(index + 1) }
        }
        guard !open.isEmpty else { return [] }
        return (0..<count).map { number in
            let kind = Kind.allCases[number % Kind.allCases.count]
            // A process may die anywhere.
            let point = kind == .all ? random.number(0...events.count) : random.pick(open)
            return CrashState(point: point, kind: kind, seed: random.next())
        }.sorted { $0.point < $1.point }
    }
}
