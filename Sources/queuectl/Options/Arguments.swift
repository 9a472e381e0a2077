public import ArgumentParser
public import FutureModel

extension FutureID: ExpressibleByArgument {}
extension OnCrash: ExpressibleByArgument {}
extension OnShutdown: ExpressibleByArgument {}
extension ShutdownPending: ExpressibleByArgument {}
extension FutureState: ExpressibleByArgument {}

extension FutureID {
    public init?(argument: String) { self.init(argument) }
}

/// When `wait` has waited long enough.
enum ReturnWhen: String, ExpressibleByArgument, CaseIterable {
    case allCompleted = "all-completed"
    case firstCompleted = "first-completed"
    case firstException = "first-exception"
}

enum TimestampText {
    /// For the parser: an unreadable time is a mistake in usage.
    static func argument(_ text: String) throws -> Timestamp {
        guard let moment = Timestamp(text) else {
            throw ValidationError("'\(text)' is not a time such as 2026-05-01T12:00:00Z.")
        }
        return moment
    }
}
