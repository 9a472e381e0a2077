import Foundation
import Testing

@testable import FutureModel

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2026-05-01T12:00:00.25Z", 1_777_636_800_250),
        ("2026-05-01T12:00:00.2509Z", 1_777_636_800_250),
        ("2026-05-01T14:30:00+02:30", 1_777_636_800_000),
        ("2026-05-01t09:00:00-03:00", 1_777_636_800_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:60Z", 253_402_300_800_000),
    ])
    func isRead(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-1-1T0:0:0Z", "99999-01-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00Zjunk", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+0100", "2026-01-01 00:00:00Z", "-026-01-01T00:00:00Z", "",
    ])
    func isRefused(_ text: String) { #expect(Timestamp(text) == nil) }

    @Test(arguments: [
        (Int64.min, "0001-01-01T00:00:00.000Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
    ])
    func whatHasNoTextIsWrittenAsTheNearestThatHas(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func theTimeBetweenAnyTwoIsKnown() {
        let (first, last) = (Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
        #expect(last - first == .milliseconds(Int64.max) - .milliseconds(Int64.min))
        #expect(first - last < .zero)
    }

    /// Each day of the first 2,100 years and some of the last, by the reader's own way.
    @Test func eachDayIsWrittenAsItIsRead() {
        let first = Timestamp.writableRange.lowerBound.milliseconds
        let last = Timestamp.writableRange.upperBound.milliseconds
        let day: Int64 = 86_400_000
        let days = (0..<767_000).map { first + $0 * day } + (0..<2000).map { last - $0 * day }
        #expect(
            days.allSatisfy {
                Timestamp(Timestamp(milliseconds: $0).description)?.milliseconds == $0
            })
    }

    /// Since 1601: before, Foundation counts by the calendar of that time.
    @Test func whatIsWrittenIsReadAsFoundationReadsIt() throws {
        var generator = SystemRandomNumberGenerator()
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2000 {
            let moment = Timestamp(
                milliseconds: .random(
                    in: -11_644_473_600_000..<253_402_300_800_000, using: &generator))
            #expect(Timestamp(moment.description) == moment)
            let date = try style.parse(moment.description)
            #expect(Int64((date.timeIntervalSince1970 * 1000).rounded()) == moment.milliseconds)
        }
    }
}
