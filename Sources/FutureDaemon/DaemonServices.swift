import Foundation
import FutureControl
import FutureEngine
import FutureModel
import Logging
import ServiceLifecycle
import UnixSignals

/// Ends when the engine has stopped, with the error that stopped it if it was not asked to. It is
/// told to where another service has failed.
struct EngineService: Service {
    let engine: Engine

    func run() async throws {
        let error = await withGracefulShutdownHandler {
            await engine.waitUntilStopped()
        } onGracefulShutdown: {
            engine.interrupt()
        }
        if let error { throw error }
    }
}

/// The API on the socket; says `ready`, and where, once it can be reached.
struct ServingService: Service {
    let engine: Engine
    let socketPath: String
    let logger: Logger

    func run() async throws {
        let server = ControlServer(service: engine, socketPath: socketPath, logger: logger)
        try await server.run {
            say("ready")
        }
    }
}

/// SIGTERM, SIGINT and SIGHUP shut down by the policy, and say so on stderr; a second one, or
/// SIGQUIT, interrupts now.
struct SignalService: Service {
    let engine: Engine
    let signals: UnixSignalsSequence
    let request: ShutdownRequest
    let logger: Logger

    func run() async {
        var isShuttingDown = false
        for await signal in signals.cancelOnGracefulShutdown() {
            if isShuttingDown || signal == .sigquit {
                engine.interrupt(now: true)
            } else {
                isShuttingDown = true
                do throws(QueueError) {
                    try await engine.shutdown(request)
                } catch {
                    logger.error("\(error.message)")
                }
                say("shutting down; another signal interrupts what runs")
            }
        }
    }
}

/// Writes a line for whoever started the daemon. Where nobody reads it any more it is lost, and
/// nothing else is.
func say(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
}
