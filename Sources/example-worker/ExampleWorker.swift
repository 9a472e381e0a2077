import ArgumentParser
import DurableFutures
import FutureDaemon

/// The two programs that everyone knows from the documentation of `concurrent.futures`, and a
/// daemon that runs their functions for others.
@main struct ExampleWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "example-worker",
        abstract: "Prime numbers on a process pool, web pages on a thread pool.",
        subcommands: [Primes.self, URLs.self, ExampleDaemon.self])
}

struct ExampleDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Run is_prime and load_url for whoever submits them.")

    @OptionGroup var options: DaemonOptions

    func run() async throws {
        throw ExitCode(await Daemon(tasks: [isPrime, loadURL], options: options).run())
    }
}

struct JournalOption: ParsableArguments {
    @Option(help: "The journal. (default: as for queuectl)")
    var journal: String?
}
