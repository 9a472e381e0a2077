import Foundation

/// Returns once somebody has written to the named pipe and closed it. It waits on a thread of its
/// own: the few that tests share would soon all be waiting.
func waitForWriter(of path: String) async {
    await withCheckedContinuation { continuation in
        Thread {
            _ = try? FileHandle(forReadingAtPath: path)?.readToEnd()
            continuation.resume()
        }.start()
    }
}
