import FutureModel

/// Inputs of a `map` that one commit takes.
struct MapBatch<Input: Codable & Sendable>: Sendable {
    private(set) var inputs: [Input] = []
    /// Of one call each.
    private(set) var arguments: [Payload] = []
    /// Whether there is no more input.
    var isLast = false
    private var byteCount = 0

    mutating func append(_ input: Input, _ arguments: Payload) {
        inputs.append(input)
        self.arguments.append(arguments)
        byteCount += arguments.byteCount
    }

    /// Whether it has as many bytes as share a commit; more would not fit into one request.
    var isLarge: Bool { byteCount >= 8 << 20 }
}

/// Inputs that one commit takes.
let mapBatchCount = 256
