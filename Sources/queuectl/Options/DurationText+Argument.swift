import ArgumentParser
import FutureModel

extension DurationText {
    /// For the parser: an unreadable duration is a mistake in usage.
    static func argument(_ text: String) throws -> Duration {
        guard let duration = parse(text) else {
            throw ValidationError("'\(text)' is not a duration such as 30, 500ms, 2m, 1h or 1d.")
        }
        return duration
    }
}
