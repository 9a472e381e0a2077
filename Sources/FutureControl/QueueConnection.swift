package import FutureJournal
package import FutureModel

/// The way to a journal's futures from a process that does not own it.
package enum QueueConnection {
    /// The owner's socket, or where no owner serves, the journal itself; whichever it is at first,
    /// it goes on when owners come and go.
    ///
    /// - Parameters:
    ///   - program: What others see as the owner's name while this process writes by itself.
    ///   - patience: How long to wait for an owner that is starting up, and for each turn of
    ///     writing while others write.
    /// - Throws: `noOwner` if an owner that is to serve does not begin to, `noAccess`.
    package static func open(
        _ location: JournalLocation, program: String, patience: Duration = .seconds(5)
    ) async throws(QueueError) -> any FutureService {
        let watch = JournalWatch(location)
        let standIn = DetachedService(location, program: program, patience: patience)
        // Where a daemon would serve; who owns the journal is asked only where none does.
        if let client = try? await ControlClient.connect(
            socketPath: location.socketPath, journal: watch, standIn: standIn)
        {
            return client
        }
        let deadline = ContinuousClock.now + patience
        while true {
            guard let owner = try watch.owner(), let socket = owner.socket else { return standIn }
            do {
                return try await ControlClient.connect(
                    socketPath: socket, journal: watch, standIn: standIn)
            } catch {
                guard error.code == .noOwner else { throw error }
                let isOver = ContinuousClock.now >= deadline || Task<Never, Never>.isCancelled
                if isOver {
                    throw QueueError(
                        .noOwner,
                        "The owner, \(owner.program) (pid \(owner.process.pid)), does not answer "
                            + "at \(socket).")
                }
            }
            try? await Task<Never, Never>.sleep(for: .milliseconds(20))
        }
    }
}
