/// Reads a time as RFC 3339 writes it.
///
/// Foundation's own reader takes the 30th of February for the 2nd of March, 25 o'clock for one
/// o'clock on the next day, and does not look at what follows the time.
struct TimeReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    /// Since 1970, UTC; `nil` unless the whole text is one moment that there is.
    mutating func milliseconds() -> Int64? {
        guard let year = number(digits: 4, 0...9999), take("-"),
            let month = number(digits: 2, 1...12), take("-"),
            let day = number(digits: 2, 1...Self.dayCount(month, year)), take("T") || take("t"),
            let hour = number(digits: 2, 0...23), take(":"),
            let minute = number(digits: 2, 0...59), take(":"),
            // A leap second is the first of the next minute.
            let second = number(digits: 2, 0...60), let fraction = fraction(),
            let offset = offset(), rest.isEmpty
        else { return nil }
        let minutes = (Self.days(year, month, day) * 24 + hour) * 60 + minute - offset
        return Int64((minutes * 60 + second) * 1000 + fraction)
    }

    /// Milliseconds; what is finer is left out.
    private mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        return (0..<3).reduce(0) { sum, place in
            let digit = digits.dropFirst(place).first ?? UInt8(ascii: "0")
            return sum * 10 + Int(digit - UInt8(ascii: "0"))
        }
    }

    /// Minutes east of UTC.
    private mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(digits: 2, 0...23), take(":"),
            let minutes = number(digits: 2, 0...59)
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: letter) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(digits count: Int, _ range: ClosedRange<Int>) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = rest.popFirst(),
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
            else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return range.contains(value) ? value : nil
    }

    private static func dayCount(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// From the 1st of January 1970; by years that begin with March, so that a leap day is their
    /// last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // 400 years later, where nothing is negative.
        let year = year + (month < 3 ? 399 : 400)
        let monthsSinceMarch = (month + 9) % 12
        let dayOfYear = (153 * monthsSinceMarch + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468 - 146_097
    }
}
