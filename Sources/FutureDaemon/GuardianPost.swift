import FutureModel
import FuturePools
import Synchronization

/// The place of a daemon's guardian, which begins before anything runs that it could have to end.
final class GuardianPost: Sendable {
    private let guardian = Mutex<GuardianProcess?>(nil)

    /// Without one the daemon is as safe, but for what it leaves running where none follows it.
    func man(journalIdentity: String) throws(QueueError) {
        let process = try GuardianProcess(journalIdentity: journalIdentity)
        guardian.withLock { $0 = process }
    }

    /// Nothing is left to be ended.
    func dismiss() { guardian.withLock { $0 }?.dismiss() }
}
