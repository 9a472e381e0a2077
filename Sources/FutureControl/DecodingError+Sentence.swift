extension DecodingError {
    /// What is wrong with a request, naming the key as the sender wrote it.
    package var sentence: String {
        switch self {
        case .typeMismatch(let type, let context):
            return Self.place(context.codingPath) + " is not \(Self.noun(type))."
        case .valueNotFound(let type, let context):
            return Self.place(context.codingPath) + " is null and should be \(Self.noun(type))."
        case .keyNotFound(let key, let context):
            return Self.place(context.codingPath + [key]) + " is missing."
        case .dataCorrupted(let context):
            if context.codingPath.isEmpty { return "The body is not JSON." }
            return Self.place(context.codingPath) + " is wrong: \(context.debugDescription)."
        @unknown default: return "The body is malformed."
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        if path.isEmpty { return "The body" }
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue.snakeCased
            }
        }
        return "'\(text)'"
    }

    private static func noun(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is Int.Type, is Int32.Type, is Int64.Type, is UInt64.Type: "a whole number"
        case is Double.Type: "a number"
        case is [Any].Type: "an array"
        case is [String: Any].Type: "an object"
        default: String(describing: type).contains("Array") ? "an array" : "a \(type)"
        }
    }
}

extension String {
    fileprivate var snakeCased: String {
        reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
    }
}
