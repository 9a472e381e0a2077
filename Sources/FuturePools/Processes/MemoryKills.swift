import Foundation
import Synchronization

/// Whether the kernel has killed processes for want of memory, as far as it tells: it counts them,
/// but names nobody.
struct MemoryKills {
    /// How old what is known may be when an attempt begins: a look takes as long as a fork.
    private static let shelfLife = Duration.seconds(1)
    private static let latest = Mutex<(moment: ContinuousClock.Instant, count: UInt64?)?>(nil)

    private let countBefore: UInt64?

    /// From about now on.
    init() {
        let now = ContinuousClock.now
        countBefore = Self.latest.withLock { latest in
            if let latest, now - latest.moment < Self.shelfLife { return latest.count }
            let count = Self.count()
            latest = (now, count)
            return count
        }
    }

    init(countBefore: UInt64?) { self.countBefore = countBefore }

    /// Whether there was one since then; `nil` where the kernel does not tell.
    var haveHappened: Bool? {
        guard let before = countBefore, let now = Self.count() else { return nil }
        return now > before
    }

    /// What to add to the message about a process that somebody unknown has killed.
    var remark: String {
        switch haveHappened {
        case true?: "; the kernel killed for want of memory at that time"
        case false?: ""
        case nil: "; the system may have run out of memory"
        }
    }

    /// Of this machine, since it was booted.
    private static func count() -> UInt64? {
        let file = open("/proc/vmstat", O_RDONLY | O_CLOEXEC)
        if file < 0 { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 16 << 10)
        let length = read(file, &text, text.count)
        return length > 0 ? count(in: text[..<length]) : nil
    }

    /// The number in the line `oom_kill N`.
    static func count(in text: ArraySlice<UInt8>) -> UInt64? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let name = Array("oom_kill ".utf8)
            if line.starts(with: name) {
                return UInt64(String(decoding: line.dropFirst(name.count), as: UTF8.self))
            }
        }
        return nil
    }
}
