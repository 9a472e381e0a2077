import FutureModel

/// What the API answers: one route for each method of ``FutureService``, and views of them that
/// are handy without a client of one's own.
package enum ControlRoute: String, CaseIterable, Sendable {
    case submit, run, list, record, records, snapshots, history, output, stdout, stderr
    case followOutput, completions, result, cancel, retry, stats, status, planShutdown, shutdown,
        openAPI

    package enum Method: String, Sendable { case get = "GET", post = "POST" }

    package var method: Method {
        switch self {
        case .submit, .run, .records, .snapshots, .completions, .cancel, .retry: .post
        case .planShutdown, .shutdown: .post
        case .list, .record, .history, .output, .stdout, .stderr, .followOutput, .result: .get
        case .stats, .status, .openAPI: .get
        }
    }

    /// With `{id}` where a future's id stands.
    package var path: String {
        switch self {
        case .submit, .list: "/v1/futures"
        case .run: "/v1/run"
        case .record: "/v1/futures/{id}"
        case .records: "/v1/records"
        case .snapshots: "/v1/snapshots"
        case .history: "/v1/futures/{id}/history"
        case .output: "/v1/futures/{id}/output"
        case .stdout: "/v1/futures/{id}/stdout"
        case .stderr: "/v1/futures/{id}/stderr"
        case .followOutput: "/v1/futures/{id}/output/follow"
        case .completions: "/v1/completions"
        case .result: "/v1/futures/{id}/result"
        case .cancel: "/v1/cancel"
        case .retry: "/v1/retry"
        case .stats: "/v1/stats"
        case .status: "/v1/status"
        case .planShutdown: "/v1/shutdown/plan"
        case .shutdown: "/v1/shutdown"
        case .openAPI: "/v1/openapi.json"
        }
    }

    /// Whether asking twice is the same as asking once.
    var isRead: Bool {
        switch self {
        case .submit, .run, .cancel, .retry, .shutdown: false
        default: true
        }
    }

    func path(_ id: FutureID) -> String {
        path.split(separator: "/").map { "/" + ($0 == "{id}" ? id.description : String($0)) }
            .joined()
    }
}
