import FutureControl
import FutureModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// What handlers know of the connection that a request came on.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let connectionEnd: ConnectionEnd
    /// How much of a stream is made ready ahead of a slow reader.
    let streamByteCount: Int

    init(source: ApplicationRequestContextSource) {
        self.init(
            source: source, connectionEnd: ConnectionEnd(),
            streamByteCount: ServerLimits().streamByteCount)
    }

    init(
        source: ApplicationRequestContextSource, connectionEnd: ConnectionEnd, streamByteCount: Int
    ) {
        coreContext = CoreRequestContextStorage(source: source)
        self.connectionEnd = connectionEnd
        self.streamByteCount = streamByteCount
    }
}

/// Takes a request to its route and writes the response.
struct ControlResponder: Sendable {
    private let responder: RouterResponder<ControlContext>
    private let limits: ServerLimits
    private let logger: Logger

    init(service: any FutureService, limits: ServerLimits, logger: Logger) {
        self.limits = limits
        responder = ControlHandlers(service: service).router().buildResponder()
        self.logger = logger
    }

    /// What serves a connection that ends with `connectionEnd`.
    func http(
        _ connectionEnd: ConnectionEnd, _ configuration: HTTP1Channel.Configuration
    ) -> HTTP1Channel {
        HTTP1Channel(
            responder: { request, writer, channel in
                try await respond(request, writer, channel, connectionEnd)
            }, configuration: configuration)
    }

    private func respond(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel,
        _ connectionEnd: ConnectionEnd
    ) async throws {
        if request.headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        let context = ControlContext(
            source: ApplicationRequestContextSource(channel: channel, logger: logger),
            connectionEnd: connectionEnd, streamByteCount: limits.streamByteCount)
        let response = try await responder.respond(to: request, context: context)
        try await writer.write(response: response.head, body: response.body)
    }
}

/// Turns whatever a handler throws into a status and a JSON body.
struct ErrorResponses: RouterMiddleware {
    typealias Context = ControlContext

    func handle(
        _ request: Request, context: ControlContext,
        next: (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let isBroken = error is HTTPParserError
            let (error, status) = Self.translate(error, request)
            var response = Response.json(error, status: HTTPResponse.Status(code: status))
            // What is left of a refused body is not worth reading, of a broken one cannot be.
            if status == 413 || isBroken { response.headers[.connection] = "close" }
            return response
        }
    }

    private static func translate(_ error: any Error, _ request: Request) -> (QueueError, Int) {
        switch error {
        case let error as QueueError: return (error, error.httpStatus)
        case let error as DecodingError:
            return (QueueError(.badInput, error.sentence), 400)
        case let error as HTTPParserError:
            return (QueueError(.badInput, "The request is broken: \(error)."), 400)
        case let error as HTTPError where error.status == .notFound:
            let what = "\(request.method.rawValue) \(request.uri.path)"
            return (
                QueueError(.badInput, "There is no \(what); see GET \(ControlRoute.openAPI.path)."),
                404
            )
        case let error as HTTPError where error.status == .contentTooLarge:
            return (.bodyTooLarge, 413)
        case let error as HTTPError:
            return (
                QueueError(.badInput, error.body ?? error.status.reasonPhrase), error.status.code
            )
        default: return (QueueError(.ioError, "The request failed: \(error)."), 500)
        }
    }
}

extension QueueError {
    static let bodyTooLarge = QueueError(
        .payloadTooLarge, "A request has at most \(ControlServer.bodyByteCount) bytes.")
}
