import Foundation
import FutureControl
import FutureModel
import Hummingbird
import HummingbirdCore
import NIOCore

/// One handler for each route, all of them a call of the service.
struct ControlHandlers: Sendable {
    let service: any FutureService

    func router() -> Router<ControlContext> {
        let router = Router(context: ControlContext.self)
        router.add(middleware: ErrorResponses())
        for route in ControlRoute.allCases {
            let method: HTTPRequest.Method =
                switch route.method {
                case .get: .get
                case .post: .post
                }
            router.on(RouterPath(route.path), method: method) { request, context in
                if route.isLight, request.isSmall {
                    return try await answer(route, request, context)
                }
                return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    try await answer(route, request, context)
                }
            }
        }
        return router
    }

    private func answer(
        _ route: ControlRoute, _ request: Request, _ context: ControlContext
    ) async throws -> Response {
        switch route {
        case .submit:
            let body: SubmitBody = try await request.decodeBody()
            return .json(IDsBody(ids: try await service.submit(body.submissions)), status: .created)
        case .run: return try await run(request, context)
        case .list: return .json(try await service.list(request.filter()))
        case .record:
            guard let record = try await service.records([context.id()]).first else {
                throw QueueError(.noSuchFuture, "There is no such future.")
            }
            return .json(record)
        case .records:
            let body: IDsBody = try await request.decodeBody()
            return .json(FuturesBody(futures: try await service.records(body.ids)))
        case .snapshots:
            let body: IDsBody = try await request.decodeBody()
            return .json(SnapshotsBody(snapshots: try await service.snapshots(body.ids)))
        case .history:
            return .json(HistoryBody(history: try await service.history(context.id())))
        case .output: return .json(try await service.output(context.id()))
        case .stdout: return .bytes(try await service.output(context.id()).stdout.bytes)
        case .stderr: return .bytes(try await service.output(context.id()).stderr.bytes)
        case .followOutput:
            return .lines(of: try await service.followOutput(context.id()), context)
        case .completions:
            let body: IDsBody = try await request.decodeBody()
            return .lines(of: try await service.completions(of: body.ids), context)
        case .result: return try await result(request, context)
        case .cancel: return try await cancel(request, context)
        case .retry:
            let body: IDsBody = try await request.decodeBody()
            return .json(IDsBody(ids: try await service.retry(body.ids)), status: .created)
        case .stats: return .json(try await service.stats())
        case .status: return .json(try await service.status())
        case .planShutdown:
            let body: ShutdownBody = try await request.decodeBody()
            try Self.checkGrace(body.graceMs)
            return .json(try await service.planShutdown(body.request))
        case .shutdown:
            let body: ShutdownBody = try await request.decodeBody()
            try Self.checkGrace(body.graceMs)
            try await service.shutdown(body.request)
            return .json(body, status: .accepted)
        case .openAPI: return .json(OpenAPI.document)
        }
    }

    private func run(_ request: Request, _ context: ControlContext) async throws -> Response {
        let body: SubmitBody = try await request.decodeBody()
        guard let submission = body.submissions.first, body.submissions.count == 1 else {
            throw QueueError(.badInput, "One future is run at a time.")
        }
        let future = try await service.run(submission)
        return .lines(of: future.output, after: IDBody(id: future.id), context)
    }

    private func cancel(_ request: Request, _ context: ControlContext) async throws -> Response {
        let body: CancelBody = try await request.decodeBody()
        try Self.checkGrace(body.graceMs)
        return .json(CancelAnswersBody(answers: try await service.cancel(body.ids, body.request)))
    }

    private static func checkGrace(_ milliseconds: Int64?) throws(QueueError) {
        if let milliseconds, milliseconds < 0 {
            throw QueueError(.badInput, "'grace_ms' is negative.")
        }
    }

    /// Holds the request until the future has ended.
    private func result(_ request: Request, _ context: ControlContext) async throws -> Response {
        let id = try context.id()
        let timeout = try request.timeout()
        let completions = try await service.completions(of: [id])
        return try await context.connectionEnd.whileConnected {
            try await withThrowingTaskGroup(of: FutureSnapshot?.self) { group in
                group.addTask { try await completions.first { _ in true } }
                if let timeout {
                    group.addTask {
                        try await Task.sleep(for: timeout)
                        throw QueueError(.timedOut, "Future \(id) has not ended in that time.")
                    }
                }
                defer { group.cancelAll() }
                guard let snapshot = try await group.next() ?? nil else {
                    throw QueueError(.shutDown, "The daemon stopped before future \(id) ended.")
                }
                return .json(snapshot)
            }
        }
    }
}
