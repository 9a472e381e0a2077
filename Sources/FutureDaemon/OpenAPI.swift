import Foundation
import FutureControl
import FutureModel

/// The API described for machines, made of the routes that the server itself uses.
enum OpenAPI {
    static let document: JSONValue = {
        var paths: [String: [String: JSONValue]] = [:]
        for route in ControlRoute.allCases {
            paths[route.path, default: [:]][route.method.rawValue.lowercased()] = .object(
                operation(route))
        }
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("durable-futures"), "version": .string("1"),
                "description": .string(
                    "A durable task queue, on its owner's Unix socket. Times are RFC 3339 in UTC, "
                        + "durations whole milliseconds, bytes base64."),
            ]),
            "servers": .array([.object(["url": .string("http://localhost")])]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object(["schemas": schemas]),
        ])
    }()

    private static func operation(_ route: ControlRoute) -> [String: JSONValue] {
        let description = route.apiDescription
        var operation: [String: JSONValue] = [
            "operationId": .string(route.rawValue),
            "summary": .string(description.summary),
            "responses": .object([
                description.status: .object([
                    "description": .string("Done."),
                    "content": content(description.answer, description.mediaType),
                ]),
                "default": .object([
                    "description": .string("Not done; the body says why."),
                    "content": content("Error", "application/json"),
                ]),
            ]),
        ]
        if let body = description.body {
            operation["requestBody"] = .object([
                "required": .bool(true), "content": content(body, "application/json"),
            ])
        }
        var parameters = description.query.map { name, schema in
            parameter(name, in: "query", schema, isRequired: false)
        }
        if route.path.contains("{id}") {
            let id: JSONValue = .object(["type": .string("integer"), "minimum": .integer(1)])
            parameters.append(parameter("id", in: "path", id, isRequired: true))
        }
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        return operation
    }

    private static func parameter(
        _ name: String, in place: String, _ schema: JSONValue, isRequired: Bool
    ) -> JSONValue {
        .object([
            "name": .string(name), "in": .string(place), "required": .bool(isRequired),
            "schema": schema,
        ])
    }

    private static func content(_ schema: String?, _ mediaType: String) -> JSONValue {
        let schema: JSONValue =
            schema.map { .object(["$ref": .string("#/components/schemas/\($0)")]) }
            ?? .object([:])
        return .object([mediaType: .object(["schema": schema])])
    }
}

/// What the document says of a route.
struct APIDescription {
    var summary: String
    /// The schema of the request's body; `nil` where there is none.
    var body: String?
    /// The schema of the answer or, of a stream, of each line; `nil` is anything.
    var answer: String?
    var status = "200"
    var mediaType = "application/json"
    var query: [(String, JSONValue)] = []
}

extension ControlRoute {
    private static let lines = "application/x-ndjson"
    private static let bytes = "application/octet-stream"

    var apiDescription: APIDescription {
        switch self {
        case .submit:
            APIDescription(
                summary: "Journals futures, all in one commit.", body: "Submit", answer: "IDs",
                status: "201")
        case .run:
            APIDescription(
                summary: "Journals one future and follows its output from before it begins: a line "
                    + "with its id, then as /output/follow has them. A command whose output is "
                    + "not taken waits until it is.",
                body: "Submission", answer: "RunLine", mediaType: Self.lines)
        case .list:
            APIDescription(
                summary: "Futures, newest first, without their outputs.", answer: "FutureList",
                query: Self.filters)
        case .record: APIDescription(summary: "All that is known of a future.", answer: "Future")
        case .records:
            APIDescription(summary: "Several futures at once.", body: "IDs", answer: "Futures")
        case .snapshots:
            APIDescription(
                summary: "Where several futures stand, and how they ended.", body: "IDs",
                answer: "Snapshots")
        case .history: APIDescription(summary: "A future's past.", answer: "History")
        case .output:
            APIDescription(
                summary: "What a command's latest attempt has written.", answer: "Output")
        case .stdout:
            APIDescription(summary: "Its stdout as bytes.", mediaType: Self.bytes)
        case .stderr:
            APIDescription(summary: "Its stderr as bytes.", mediaType: Self.bytes)
        case .followOutput:
            APIDescription(
                summary: "Its output from the beginning, and on until the future ends: a line "
                    + "for each piece. What was not kept, or not taken in time, is left out: "
                    + "the next piece begins after it. A last line with an error says that it "
                    + "broke off.",
                answer: "OutputLine", mediaType: Self.lines)
        case .completions:
            APIDescription(
                summary: "Held open until all have ended: a line for each future, once, as it "
                    + "ends. A last line with an error says that it broke off.",
                body: "IDs", answer: "CompletionLine", mediaType: Self.lines)
        case .result:
            APIDescription(
                summary: "Held until the future has ended; 504 after the time-out.",
                answer: "Snapshot", query: [("timeout_ms", Self.wholeNumber)])
        case .cancel:
            APIDescription(
                summary: "Cancels futures, and says of each what was found and done.",
                body: "Cancel", answer: "CancelAnswers")
        case .retry:
            APIDescription(
                summary: "Submits again what ended futures were asked to do.", body: "IDs",
                answer: "IDs", status: "201")
        case .stats: APIDescription(summary: "Counts per state and queue.", answer: "Stats")
        case .status:
            APIDescription(summary: "Who owns the journal and what runs.", answer: "Status")
        case .planShutdown:
            APIDescription(
                summary: "What a shutdown would do to each future.", body: "Shutdown",
                answer: "ShutdownPlan")
        case .shutdown:
            APIDescription(
                summary: "Begins the owner's shutdown.", body: "Shutdown", answer: "Shutdown",
                status: "202")
        case .openAPI: APIDescription(summary: "This document.")
        }
    }

    private static let wholeNumber = JSONValue.object([
        "type": .string("integer"), "minimum": .integer(0),
    ])

    private static let filters: [(String, JSONValue)] = [
        (
            "state",
            .object([
                "type": .string("string"),
                "description": .string("One or more states, between them commas."),
            ])
        ),
        ("queue", .object(["type": .string("string")])),
        ("task", .object(["type": .string("string")])),
        (
            "before",
            .object([
                "type": .string("integer"), "minimum": .integer(1),
                "description": .string("Only ids below it."),
            ])
        ),
        (
            "limit",
            .object([
                "type": .string("integer"), "minimum": .integer(1),
                "maximum": .integer(Int64(Limits.listCount)), "default": .integer(100),
            ])
        ),
    ]
}
