import FutureModel

extension Future {
    /// Calls `callback` once the future has ended, with the future as its only argument.
    ///
    /// Callbacks belong to this process and are gone with it. They run in the order in which they
    /// were added to this handle, on some thread; one added to a future that is known here to have
    /// ended is called at once, in the caller's. Where the end cannot be learned, because the
    /// journal cannot be reached any more, they are not called.
    public func addDoneCallback(_ callback: @escaping @Sendable (Future<Value>) -> Void) {
        let (id, core, decoder) = (id, core, decoder)
        let addition = cell.add { cell in
            callback(Future(id: id, core: core, decoder: decoder, cell: cell))
        }
        switch addition {
        case .done: callback(self)
        case .watched: break
        case .unwatched:
            // Detached: inside of an attempt it is not the attempt that waits.
            Task.detached {
                do { _ = try await ended(timeout: nil) } catch { cell.stoppedWatching() }
            }
        }
    }
}
