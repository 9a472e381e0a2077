import FutureJournal
import FutureModel

/// Runs `submission` in this process while no daemon does; returns the exit code.
func runInPlace(
    _ submission: Submission, _ location: JournalLocation
) async throws(QueueError) -> Int32 {
    throw QueueError(
        .noOwner, "No daemon serves '\(location.path)'; start `queued` to run commands.")
}
