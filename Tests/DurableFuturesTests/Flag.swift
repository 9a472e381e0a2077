import Synchronization

/// A boolean that any thread may set.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}

/// Something whose end a test looks for.
final class Token: Sendable {}
