import Foundation
import FuturePools

/// The program; everything it does is ``Program``'s, where tests reach it.
@main
enum EntryPoint {
    static func main() {
        StandardDescriptors.fill()
        // It may be an owner for a moment.
        CrashSignals.leaveToKernel()
        let program = Program(session: .ofThisProcess())
        let thread = MainThread()
        Task(executorPreference: thread) {
            exit(await program.run(CommandLineWords.ofThisProcess()))
        }
        thread.run()
    }
}
