import FutureModel

extension Future {
    /// Calls `callback` once the future has ended, with the future as its only argument.
    ///
    /// Callbacks belong to this process and are gone with it. They run in the order in which they
    /// were added to this handle, on some thread; one added to a future that is known here to have
    /// ended is called at once, in the caller's. If the journal cannot be reached any more, they
    /// are not called.
    public func addDoneCallback(_ callback: @escaping @Sendable (Future<Value>) -> Void) {
        switch cell.add({ callback(self) }) {
        case .done: callback(self)
        case .watched: break
        case .unwatched:
            // Detached: inside of an attempt it is not the attempt that waits.
            Task.detached { _ = try? await ended(timeout: nil) }
        }
    }
}
