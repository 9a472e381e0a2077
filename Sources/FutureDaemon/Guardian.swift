import Foundation
import FutureJournal
import FutureModel
import FuturePools

/// Ends what a killed owner has left running, where no next owner comes to do it.
///
/// The kernel ends an owner's children with it, but not what these have started.
enum Guardian {
    /// With a next owner, which is about to end this process with all else that the last one has
    /// left; or it dies before that, and leaves the work to be done here.
    private static let patience = Duration.seconds(60)

    /// In a process that was started as a guardian, does its work and exits; in any other returns.
    static func serveIfGuardian(_ location: JournalLocation) async {
        guard let identity = GuardianProcess.identityOfDeadOwner() else { return }
        if SeededBug.noLeftovers.isPlanted { exit(0) }
        exit(await killLeftovers(location, identity))
    }

    /// As the owner, so that nothing of a next one's can be meant.
    private static func killLeftovers(
        _ location: JournalLocation, _ identity: String
    ) async -> Int32 {
        let owner = OwnerIdentity(
            process: .current, program: "the guardian of a killed daemon", version: "")
        var lock: OwnerLock?
        do throws(QueueError) {
            // A place that somebody is just removing gets no new files.
            if access(location.lockPath, F_OK) != 0 { throw QueueError(.noAccess, "It is gone.") }
            lock = try await OwnerLock.acquire(location, as: owner, patience: patience)
        } catch {
            if error.code == .owned { return ExitStatusCode.succeeded }
            // The place is gone or broken: nobody can own it, and what ran for it must end.
        }
        defer { lock?.release() }
        do {
            _ = try Leftovers.kill(
                ledgerPath: location.childrenPath, journalIdentity: identity)
            return ExitStatusCode.succeeded
        } catch {
            // The disk may be gone with all that is on it: what still runs is known by its mark.
            _ = Leftovers.killMarked(journalIdentity: identity)
            return error.code.exitCode
        }
    }
}
