import Foundation
import FutureControl
import FutureDaemon
import FutureModel
import Logging
import NIOCore

/// A directory of its own that goes with its last user.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/control-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A server over a ``MemoryService`` and a client of it.
struct RunningServer {
    let directory = TemporaryDirectory()
    let service: MemoryService
    let client: ControlClient
    let run: Task<Void, any Error>

    var socketPath: String { directory.path + "/s.sock" }

    init(
        service: MemoryService = MemoryService(), limits: ServerLimits = .unhurried
    ) async throws {
        self.service = service
        let path = directory.path + "/s.sock"
        run = try await Self.start(service, path, limits)
        client = try await ControlClient.connect(socketPath: path)
    }

    /// Returns once the server answers at `path`.
    static func start(
        _ service: any FutureService, _ path: String, _ limits: ServerLimits = .unhurried
    ) async throws -> Task<Void, any Error> {
        let (ready, feed) = AsyncStream<Void>.makeStream()
        let server = ControlServer(
            service: service, socketPath: path, limits: limits, logger: Logger(label: "test"))
        let run = Task {
            defer { feed.finish() }
            try await server.run { feed.yield() }
        }
        for await _ in ready { return run }
        try await run.value
        return run
    }

    func stop() async {
        await client.close()
        run.cancel()
        _ = await run.result
    }
}

extension ServerLimits {
    /// No deadline that a test meets on a machine which is busy with something else.
    static var unhurried: ServerLimits {
        var limits = ServerLimits()
        limits.idleTime = .hours(1)
        limits.requestTime = .hours(1)
        limits.stallTime = .hours(1)
        limits.shutdownTime = .seconds(3600)
        return limits
    }
}

func withServer(_ body: (RunningServer) async throws -> Void) async throws {
    let server = try await RunningServer()
    do { try await body(server) } catch {
        server.service.resume()
        await server.stop()
        throw error
    }
    server.service.resume()
    await server.stop()
}
