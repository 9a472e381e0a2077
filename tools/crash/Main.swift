import ArgumentParser
import Foundation
import FutureDaemon

/// The tool, or the daemon that it kills: the same program, so that the daemon's functions are
/// the tool's own.
@main enum Main {
    static func main() async {
        if ProcessInfo.processInfo.environment[LoadDaemon.role] == nil {
            await CrashCommand.main()
        } else {
            await LoadDaemon.main()
        }
    }
}
