import Foundation
import FutureModel

/// A function's arguments as words of a command line, each one JSON text.
enum TaskArguments {
    /// The JSON array of `words`, each kept as it was written.
    static func payload(_ words: [String]) throws(QueueError) -> Payload {
        for word in words where !isJSON(word) {
            throw QueueError(
                .badInput,
                "The argument \(word) is not JSON; a string needs its quotes: "
                    + "'\(quoted(word))'.")
        }
        return Payload(json: "[" + words.joined(separator: ",") + "]")
    }

    private static func isJSON(_ text: String) -> Bool {
        let bytes = Data(text.utf8)
        return (try? JSONDecoder().decode(JSONValue.self, from: bytes)) != nil
            && !TrailingComma.isIn(bytes)
    }

    private static func quoted(_ text: String) -> String {
        (try? Payload(encoding: text).json) ?? "\"…\""
    }
}
