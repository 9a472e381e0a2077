import DurableFutures
import FutureDaemon

/// The stock daemon: commands only.
@main struct Queued: TaskDaemon {
    static let tasks: [any TaskRegistration] = []
}
