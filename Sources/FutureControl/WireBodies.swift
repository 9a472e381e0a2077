package import FutureModel

/// `{"ids": […]}`: of requests that name futures, and of answers that give them.
package struct IDsBody: Codable, Sendable, Hashable {
    package var ids: [FutureID]

    package init(ids: [FutureID]) { self.ids = ids }

    package init(from decoder: any Decoder) throws {
        try decoder.allowOnly(["ids"])
        ids = try decoder.container(keyedBy: CodingKeys.self).decode([FutureID].self, forKey: .ids)
    }
}

extension IDsBody {
    /// The body that `json` is, as the encoder writes it; `nil` for a text that takes a decoder.
    init?(plainJSON json: String) {
        var scanner = PlainScanner(json[...].utf8)
        let ids = scanner.list(#"{"ids":["#, "]}") { $0.integer() }
        guard let ids, scanner.skip("\n"), scanner.isAtEnd else { return nil }
        self.init(ids: ids.map(FutureID.init(rawValue:)))
    }
}

/// `{"futures": […]}`
package struct FuturesBody: Codable, Sendable {
    package var futures: [FutureRecord]

    package init(futures: [FutureRecord]) { self.futures = futures }
}

/// `{"snapshots": […]}`
package struct SnapshotsBody: Codable, Sendable {
    package var snapshots: [FutureSnapshot]

    package init(snapshots: [FutureSnapshot]) { self.snapshots = snapshots }
}

/// `{"history": […]}`
package struct HistoryBody: Codable, Sendable {
    package var history: [HistoryEntry]

    package init(history: [HistoryEntry]) { self.history = history }
}

/// `{"answers": […]}`, in the order of the ids that were to be cancelled.
package struct CancelAnswersBody: Codable, Sendable {
    package var answers: [CancelAnswer]

    package init(answers: [CancelAnswer]) { self.answers = answers }
}

/// `{"ids": […], "pending_only": false, "grace_ms": 5000}`; all but the ids may be left out.
package struct CancelBody: Codable, Sendable {
    package var ids: [FutureID]
    package var pendingOnly: Bool?
    package var graceMs: Int64?

    package init(ids: [FutureID], _ request: CancelRequest) {
        self.ids = ids
        pendingOnly = request.pendingOnly
        graceMs = request.grace?.milliseconds
    }

    package init(from decoder: any Decoder) throws {
        try decoder.allowOnly(["ids", "pendingOnly", "graceMs"])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        ids = try container.decode([FutureID].self, forKey: .ids)
        pendingOnly = try container.decodeIfPresent(Bool.self, forKey: .pendingOnly)
        graceMs = try container.decodeIfPresent(Int64.self, forKey: .graceMs)
    }

    package var request: CancelRequest {
        CancelRequest(
            pendingOnly: pendingOnly ?? false, grace: graceMs.map { .milliseconds($0) })
    }
}

/// `{"pending": "keep", "running": "finish", "grace_ms": 5000}`; all may be left out.
package struct ShutdownBody: Codable, Sendable {
    package var pending: ShutdownPending?
    package var running: OnShutdown?
    package var graceMs: Int64?

    package init(_ request: ShutdownRequest) {
        pending = request.pending
        running = request.running
        graceMs = request.grace?.milliseconds
    }

    package init(from decoder: any Decoder) throws {
        try decoder.allowOnly(["pending", "running", "graceMs"])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pending = try container.decodeIfPresent(ShutdownPending.self, forKey: .pending)
        running = try container.decodeIfPresent(OnShutdown.self, forKey: .running)
        graceMs = try container.decodeIfPresent(Int64.self, forKey: .graceMs)
    }

    package var request: ShutdownRequest {
        ShutdownRequest(
            pending: pending ?? .keep, running: running, grace: graceMs.map { .milliseconds($0) })
    }
}

/// The last line of a stream that broke off: `{"error": {"code": …, "message": …}}`.
package struct StreamErrorLine: Codable, Sendable {
    package var error: QueueError

    package init(error: QueueError) { self.error = error }
}
