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
        (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) != nil
            && !hasTrailingComma(text)
    }

    /// Foundation takes `[1,]` for JSON, which nobody else does.
    private static func hasTrailingComma(_ text: String) -> Bool {
        var (isInString, isEscaped, isAfterComma) = (false, false, false)
        for byte in text.utf8 {
            if isInString {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: ","): isAfterComma = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                break
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if isAfterComma { return true }
            default:
                isAfterComma = false
                isInString = byte == UInt8(ascii: "\"")
            }
        }
        return false
    }

    private static func quoted(_ text: String) -> String {
        (try? Payload(encoding: text).json) ?? "\"…\""
    }
}
