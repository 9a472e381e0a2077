package import Foundation

/// A moment of the wall clock in milliseconds since 1970, UTC.
///
/// Written in JSON as RFC 3339 with milliseconds: `2026-05-01T12:00:00.250Z`.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (moment: Self, duration: Duration) -> Self {
        let (sum, overflow) = moment.milliseconds.addingReportingOverflow(duration.milliseconds)
        return Self(milliseconds: overflow ? .max : sum)
    }

    package static func - (later: Self, earlier: Self) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }
}

extension Timestamp {
    package init(_ date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension Timestamp: LosslessStringConvertible {
    private static let wholeSeconds = Date.ISO8601FormatStyle()

    /// The fraction is written by hand: Foundation's formatter cuts off what `Double` loses, so
    /// that every second moment would come out a millisecond early.
    public var description: String {
        let fraction = ((milliseconds % 1000) + 1000) % 1000
        let second = Date(timeIntervalSince1970: Double((milliseconds - fraction) / 1000))
        let digits = String(1000 + fraction).dropFirst()
        return Self.wholeSeconds.format(second).dropLast() + "." + digits + "Z"
    }

    /// The moment that an RFC 3339 text names, with or without a fraction of a second.
    public init?(_ text: String) {
        var reader = TimeReader(text)
        guard let milliseconds = reader.milliseconds() else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let moment = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an RFC 3339 time: \(text)")
        }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
