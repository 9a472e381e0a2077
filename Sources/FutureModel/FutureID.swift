/// The number by which any process, on any day, finds a future again.
///
/// Ids are positive, given in order of submission and never reused. An id means something only
/// together with its journal.
public struct FutureID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
}

extension FutureID: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension FutureID: LosslessStringConvertible {
    /// The id written as `text`, or `nil` if that is not a positive decimal number.
    public init?(_ text: String) {
        guard let value = Int64(text), value > 0, !text.hasPrefix("+") else { return nil }
        self.init(rawValue: value)
    }

    public var description: String { String(rawValue) }
}

extension FutureID: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
}
