/// In JSON every option may be left out, and durations are whole milliseconds.
extension SubmitOptions: Codable {
    private enum CodingKeys: String, CodingKey {
        case queue, priority, onCrash, maxCrashes, onShutdown
        case maxAttempts, backoffMs, maxBackoffMs, timeLimitMs, graceMs
        case runAt, key, outputLimit
    }

    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ place: inout Value) throws {
            if let value = try container.decodeIfPresent(Value.self, forKey: key) { place = value }
        }
        func read(_ key: CodingKeys, _ place: inout Duration) throws {
            if let value = try container.decodeIfPresent(Int64.self, forKey: key) {
                place = .milliseconds(value)
            }
        }
        try read(.queue, &queue)
        try read(.priority, &priority)
        try read(.onCrash, &onCrash)
        try read(.maxCrashes, &maxCrashes)
        try read(.onShutdown, &onShutdown)
        try read(.maxAttempts, &retry.maxAttempts)
        try read(.backoffMs, &retry.backoff)
        try read(.maxBackoffMs, &retry.maxBackoff)
        timeLimit = try container.decodeIfPresent(Int64.self, forKey: .timeLimitMs)
            .map { .milliseconds($0) }
        try read(.graceMs, &grace)
        runAt = try container.decodeIfPresent(Timestamp.self, forKey: .runAt)
        key = try container.decodeIfPresent(String.self, forKey: .key)
        try read(.outputLimit, &outputLimit)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(queue, forKey: .queue)
        try container.encode(priority, forKey: .priority)
        try container.encode(onCrash, forKey: .onCrash)
        try container.encode(maxCrashes, forKey: .maxCrashes)
        try container.encode(onShutdown, forKey: .onShutdown)
        try container.encode(retry.maxAttempts, forKey: .maxAttempts)
        try container.encode(retry.backoff.milliseconds, forKey: .backoffMs)
        try container.encode(retry.maxBackoff.milliseconds, forKey: .maxBackoffMs)
        try container.encodeIfPresent(timeLimit?.milliseconds, forKey: .timeLimitMs)
        try container.encode(grace.milliseconds, forKey: .graceMs)
        try container.encodeIfPresent(runAt, forKey: .runAt)
        try container.encodeIfPresent(key, forKey: .key)
        try container.encode(outputLimit, forKey: .outputLimit)
    }
}

extension SubmitOptions {
    /// As the encoder of the wire writes it; `nil` where that takes it.
    var plainWireJSON: String? {
        var object = PlainJSONObject()
        object.append("backoff_ms", retry.backoff.milliseconds.plainJSON)
        object.append("grace_ms", grace.milliseconds.plainJSON)
        if let key { object.append("key", key.plainJSON) }
        object.append("max_attempts", retry.maxAttempts.plainJSON)
        object.append("max_backoff_ms", retry.maxBackoff.milliseconds.plainJSON)
        object.append("max_crashes", maxCrashes.plainJSON)
        object.append("on_crash", onCrash.rawValue.plainJSON)
        object.append("on_shutdown", onShutdown.rawValue.plainJSON)
        object.append("output_limit", outputLimit.plainJSON)
        object.append("priority", priority.plainJSON)
        object.append("queue", queue.plainJSON)
        if let runAt { object.append("run_at", runAt.description.plainJSON) }
        if let timeLimit { object.append("time_limit_ms", timeLimit.milliseconds.plainJSON) }
        return object.json
    }
}
