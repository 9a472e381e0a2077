import ConformanceTasks
import DurableFutures
import FutureDaemon

/// The other processes of the conformance tests: a daemon that runs their tasks and, with one of
/// these words as its first argument, a program that uses a queue and comes to an untimely end.
@main enum ConformanceWorker {
    static func main() async throws {
        switch CommandLine.arguments.dropFirst().first {
        case "initialized": try await Caller.serveWithInitializer()
        case "abandon": try await Caller.abandon()
        case "submit-and-die": try await Caller.submitAndDie()
        case "map": try await Caller.map()
        default: await ConformanceDaemon.main()
        }
    }
}

struct ConformanceDaemon: TaskDaemon {
    static let tasks = conformanceTasks
}
