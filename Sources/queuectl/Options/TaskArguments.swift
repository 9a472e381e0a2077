import FutureModel

/// A function's arguments as words of a command line, each one JSON text.
enum TaskArguments {
    /// The JSON array of `words`, their numbers as they were written.
    static func payload(_ words: [String]) throws(QueueError) -> Payload {
        var items: [Payload] = []
        for word in words {
            guard let item = try? Payload(reading: word) else {
                throw QueueError(
                    .badInput,
                    "The argument \(word) is not JSON; a string needs its quotes: "
                        + "'\(quoted(word))'.")
            }
            items.append(item)
        }
        return Payload(list: items)
    }

    private static func quoted(_ text: String) -> String {
        (try? Payload(encoding: text).json) ?? "\"…\""
    }
}
