import ArgumentParser
public import DurableFutures
import Foundation
import FutureModel
import FuturePools

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
    @MainActor public static func main() async {
        StandardDescriptors.fill()
        do {
            let options = try DaemonCommand.parse().options
            exit(await Daemon(tasks: tasks, options: options).run())
        } catch {
            DaemonCommand.exit(withError: error)
        }
    }
}

/// The options as a program of their own, under the program's name.
private struct DaemonCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: ProcessInfo.processInfo.processName,
            abstract: "Own a journal, run its futures, and serve it to other programs.",
            discussion: """
                Prints "ready" on standard error when it serves. SIGTERM, SIGINT and SIGHUP shut \
                down by --on-shutdown and --grace; a second one, or SIGQUIT, interrupts now.

                Exit codes: 0 after a shutdown; 64 usage; 69 another process owns the journal; \
                70 the journal is damaged, foreign or newer; 74 input/output error.
                """,
            version: packageVersion)
    }

    @OptionGroup var options: DaemonOptions
}
