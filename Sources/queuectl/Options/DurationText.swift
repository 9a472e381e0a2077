import ArgumentParser
import FutureModel

/// Durations as people write and read them.
enum DurationText {
    /// `30` and `1.5` (seconds), `500ms`, `2m`, `1h`, `1d`; a fraction is allowed with each unit.
    /// `nil` for anything else, and for more than a thousand years.
    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let scale = millisecondsPerUnit[String(text[digits.endIndex...])] else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.count <= 12 }),
            let number = Double(digits)
        else { return nil }
        let milliseconds = (number * scale).rounded()
        guard milliseconds <= 1000 * 365.25 * 86_400_000 else { return nil }
        return .milliseconds(Int64(milliseconds))
    }

    private static let millisecondsPerUnit: [String: Double] = [
        "": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    /// For the parser: an unreadable duration is a mistake in usage.
    static func argument(_ text: String) throws -> Duration {
        guard let duration = parse(text) else {
            throw ValidationError("'\(text)' is not a duration such as 30, 500ms, 2m, 1h or 1d.")
        }
        return duration
    }

    /// About how long, in a few characters: `0.3s`, `12s`, `2m05s`, `1h02m`, `3d04h`.
    static func brief(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
            "\(large)\(unit)\(small < 10 ? "0" : "")\(small)\(smallUnit)"
        }
        switch seconds {
        case ..<10:
            let tenths = max(0, duration / .milliseconds(100))
            return "\(Int(tenths) / 10).\(Int(tenths) % 10)s"
        case ..<60: return "\(seconds)s"
        case ..<3600: return pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return pair(seconds / 3600, "h", seconds % 3600 / 60, "m")
        default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        }
    }

    /// Exactly, as ``parse(_:)`` reads it.
    static func exact(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        for (unit, scale) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
            as [(String, Int64)]
        where milliseconds != 0 && milliseconds % scale == 0 {
            return "\(milliseconds / scale)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
