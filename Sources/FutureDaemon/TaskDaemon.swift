import ArgumentParser
public import DurableFutures
import Foundation

/// A daemon of one's own, with one's own functions, in five lines:
///
///     @main struct ImageDaemon: TaskDaemon {
///         static let tasks: [any TaskRegistration] = [thumbnail, resize]
///     }
///
/// It takes the options of `queued`, runs commands as that does, and is its own worker program.
public protocol TaskDaemon {
    /// The functions that it can run.
    static var tasks: [any TaskRegistration] { get }
}

extension TaskDaemon {
    /// Runs the daemon with the options on the command line, and exits when it has shut down.
    public static func main() async {
        do {
            let options = try DaemonOptions.parse()
            exit(await Daemon(tasks: tasks, options: options).run())
        } catch {
            DaemonOptions.exit(withError: error)
        }
    }
}
