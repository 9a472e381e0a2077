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
        .milliseconds(later.milliseconds) - .milliseconds(earlier.milliseconds)
    }
}

extension Timestamp {
    package init(_ date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    package var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension Timestamp: LosslessStringConvertible {
    /// The years 1 to 9999, which RFC 3339 can write and every reader takes.
    package static let writableRange =
        Timestamp(milliseconds: -62_135_596_800_000)...Timestamp(milliseconds: 253_402_300_799_999)

    /// Outside of ``writableRange``, the end of it that is nearer.
    ///
    /// Not by Foundation's formatter, which counts by another calendar before 1582 and cuts off
    /// what `Double` loses of a fraction.
    public var description: String {
        let range = Self.writableRange
        let sinceYear1 =
            Int(max(range.lowerBound, min(range.upperBound, self)).milliseconds)
            - Int(range.lowerBound.milliseconds)
        let (days, rest) = sinceYear1.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = Self.calendarDay(days)
        let (minutes, milliseconds) = rest.quotientAndRemainder(dividingBy: 60_000)
        func digits(_ number: Int, _ base: Int) -> Substring { "\(base + number)".dropFirst() }
        let date = "\(digits(year, 10_000))-\(digits(month, 100))-\(digits(day, 100))"
        let minute = "\(digits(minutes / 60, 100)):\(digits(minutes % 60, 100))"
        let second = "\(digits(milliseconds / 1000, 100)).\(digits(milliseconds % 1000, 1000))"
        return "\(date)T\(minute):\(second)Z"
    }

    /// The day that is so many after the 1st of January of the year 1; in years that begin with
    /// March, so that a leap day is the last of its year, of its 4 years and of its 400.
    private static func calendarDay(_ days: Int) -> (year: Int, month: Int, day: Int) {
        // Since the 1st of March of the year 0.
        let (eras, dayOfEra) = (days + 306).quotientAndRemainder(dividingBy: 146_097)
        let century = min(3, dayOfEra / 36_524)
        let dayOfCentury = dayOfEra - century * 36_524
        let (fours, dayOfFour) = dayOfCentury.quotientAndRemainder(dividingBy: 1461)
        let yearOfFour = min(3, dayOfFour / 365)
        let dayOfYear = dayOfFour - yearOfFour * 365
        let month = (5 * dayOfYear + 2) / 153
        let year = eras * 400 + century * 100 + fours * 4 + yearOfFour
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return month < 10 ? (year, month + 3, day) : (year + 1, month - 9, day)
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
