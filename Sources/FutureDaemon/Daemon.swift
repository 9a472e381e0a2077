public import DurableFutures
import Foundation
import FutureControl
import FutureEngine
import FutureJournal
import FutureModel
import FuturePools
import Logging
import ServiceLifecycle
import UnixSignals

/// An owner that serves: the engine, the API on the socket, and the signals, as one group.
public struct Daemon: Sendable {
    private let tasks: [any TaskRegistration]
    private let options: DaemonOptions

    public init(tasks: [any TaskRegistration], options: DaemonOptions) {
        self.tasks = tasks
        self.options = options
    }

    /// Runs until a shutdown; prints `ready` on stderr when it serves. In a worker process of
    /// this program it serves as that and does not return.
    ///
    /// - Returns: the exit code: 0 after a shutdown that was asked for.
    public func run() async -> Int32 {
        let bodies = tasks.flatMap(\.registration.bodies)
        await WorkerProcess.serveIfWorker(bodies)
        CrashSignals.leaveToKernel()
        let location: JournalLocation
        do throws(QueueError) {
            location = try options.location
        } catch {
            complain(error.message)
            return error.code.exitCode
        }
        await Guardian.serveIfGuardian(location)
        // Who reads what the daemon says may go away; that is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        // Each command takes some, and the usual limit is low.
        DescriptorLimit.raise()
        var logger = Logger(label: ProcessInfo.processInfo.processName) { label in
            StreamLogHandler.standardError(label: label)
        }
        logger.logLevel = .notice
        do {
            let guardianPost = GuardianPost()
            let engine = try await openEngine(location, bodies, logger, guardianPost)
            let signals = await UnixSignalsSequence(
                trapping: .sigterm, .sigint, .sighup, .sigquit)
            try await Self.serve(
                engine, at: location.socketPath, until: signals, options.shutdownRequest, logger)
            guardianPost.dismiss()
            return ExitStatusCode.succeeded
        } catch let error as QueueError {
            complain(error.message)
            return error.code.exitCode
        } catch {
            complain("\(error)")
            return ExitStatusCode.failed
        }
    }

    private func openEngine(
        _ location: JournalLocation, _ bodies: [TaskBody], _ logger: Logger,
        _ guardianPost: GuardianPost
    ) async throws(QueueError) -> Engine {
        let slots = options.slots(hasTasks: !bodies.isEmpty)
        return try await Engine.open(
            location,
            EngineConfiguration(
                program: ProcessInfo.processInfo.processName,
                socket: location.socketPath, bodies: bodies,
                threadCount: slots.threads, processCount: slots.processes,
                commandCount: slots.commands, maxTasksPerChild: options.maxTasksPerChild,
                report: { error in logger.error("\(error.message)") },
                willRun: { identity throws(QueueError) in
                    try SocketSite.prepare(location.socketPath)
                    do throws(QueueError) {
                        try guardianPost.man(journalIdentity: identity)
                    } catch {
                        logger.warning("\(error.message)")
                    }
                }))
    }

    /// Returns when the engine has stopped as it was asked to; throws what ended it otherwise, or
    /// ended another of the services.
    static func serve(
        _ engine: Engine, at socketPath: String, until signals: UnixSignalsSequence,
        _ request: ShutdownRequest, _ logger: Logger
    ) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: ServingService(
                            engine: engine, socketPath: socketPath, logger: logger),
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: SignalService(
                            engine: engine, signals: signals, request: request,
                            logger: logger)),
                    .init(
                        service: EngineService(engine: engine),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        // Whoever has just been refused is to hear of it.
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ], logger: logger))
        try await group.run()
    }

    private func complain(_ message: String) {
        say("\(ProcessInfo.processInfo.processName): \(message)")
    }
}
