extension Decoder {
    /// Refuses keys that do not exist, so that a misspelt one is not silently left out.
    func allowOnly(_ keys: [String]) throws {
        let container = try container(keyedBy: AnyKey.self)
        for key in container.allKeys where !keys.contains(key.stringValue) {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "there is no such key here")
        }
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}
